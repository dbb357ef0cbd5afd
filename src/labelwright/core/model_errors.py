"""What goes wrong with models, in the family of `core/errors.py`."""

from collections.abc import Iterable

from labelwright.core.errors import BadFile, InvalidInput, LabelwrightError, UnknownName


class UnknownModel(UnknownName):
    """No model, or no file of a model, by that name."""

    code = "model.unknown"

    def __init__(self, name: str, known: Iterable[str], kind: str = "model") -> None:
        super().__init__(kind, name, known)


class UnfitModel(InvalidInput):
    """A model that does something else than is asked of it, or that no adapter can read."""

    code = "model.unfit"
    remedy = "Choose a model that does this; “labelwright models list” says what each one does."


class BadModelFile(BadFile):
    """A file that is no model, or not one that runs here."""

    code = "model.bad_file"
    remedy = "Export the model to ONNX (opset 21 or lower) and add that file."

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"“{name}” cannot be used as a model: {reason}.", place=name)


class ModelFileChanged(BadFile):
    """A model's file that is not the one that was added."""

    code = "model.file_changed"
    remedy = "Remove the model and add it again from its source."

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The model file “{name}” cannot be used: {reason}.", place=name)


class ModelFailure(LabelwrightError):
    """A model was asked and gave no answer that can be used; nothing else was touched."""

    code = "model.failed"
    remedy = "Try the model with “labelwright models test”; the studio works on without it."

    def __init__(self, model: str, reason: str, *, remedy: str | None = None) -> None:
        super().__init__(f"The model “{model}” {reason}.", remedy=remedy)
        self.model, self.reason = model, reason


class ModelTimeout(ModelFailure):
    """A model that took too long; it was stopped."""

    code = "model.timeout"

    def __init__(self, model: str, seconds: float) -> None:
        remedy = "Use a smaller model or picture, or raise LABELWRIGHT_MODEL_SECONDS."
        super().__init__(model, f"gave no answer within {seconds:g} seconds and was stopped", remedy=remedy)


class ModelDied(ModelFailure):
    """The process of a model ended while it worked."""

    code = "model.died"

    def __init__(self, model: str, how: str) -> None:
        remedy = "It may need more memory than there is: use a smaller model or smaller batches."
        super().__init__(model, f"ended while it worked ({how})", remedy=remedy)


class ModelOutOfMemory(ModelFailure):
    """A model that asked for more memory than it may have."""

    code = "model.memory"

    def __init__(self, model: str) -> None:
        remedy = "Use a smaller model or smaller batches, or raise LABELWRIGHT_MODEL_MEMORY_BYTES."
        super().__init__(model, "needs more memory than it may have", remedy=remedy)


class ModelNonsense(ModelFailure):
    """A model whose answer has no meaning: not a number, of a wrong shape, outside of its range."""

    code = "model.nonsense"


class ModelUnreachable(ModelFailure):
    """A model that runs elsewhere and cannot be asked."""

    code = "model.unreachable"
    remedy = "Check its address and that it is running; work goes on without it."
