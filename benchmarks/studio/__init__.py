"""The studio in headless Chromium without a GPU, beside peers' pages and an empty page."""
