/** A new password, given twice; the server says what it has against it. */
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { Failure } from './state';

export interface NewPerson {
  name: string;
  email: string;
  password: string;
  again: string;
  current: string;
}

interface Props {
  asks: ('name' | 'email' | 'current')[];
  initial?: Partial<NewPerson>;
  button: string;
  isBusy: boolean;
  error: unknown;
  onDone: (values: NewPerson) => void;
}

export const SHORTEST = 10;

export function NewPassword({ asks, initial, button, isBusy, error, onDone }: Props) {
  const form = useForm<NewPerson>({
    initialValues: { name: '', email: '', password: '', again: '', current: '', ...initial },
    validate: {
      name: (value) => (asks.includes('name') && !value.trim() ? 'Give your name' : null),
      email: (value) => (asks.includes('email') && !/.@./.test(value) ? 'Give your e-mail address' : null),
      password: (value) => (value.length < SHORTEST ? `Use at least ${SHORTEST} characters` : null),
      again: (value, { password }) => (value === password ? null : 'The two differ'),
    },
  });
  return (
    <form onSubmit={form.onSubmit(onDone)} noValidate>
      <Stack>
        {Boolean(error) && <Failure error={error} />}
        {asks.includes('name') && (
          <TextInput label="Your name" autoComplete="name" autoFocus {...form.getInputProps('name')} />
        )}
        {asks.includes('email') && (
          <TextInput label="E-mail" type="email" autoComplete="username" {...form.getInputProps('email')} />
        )}
        {asks.includes('current') && (
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            {...form.getInputProps('current')}
          />
        )}
        <PasswordInput
          label="New password"
          description={`At least ${SHORTEST} characters; a few words make a good one`}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <PasswordInput label="The same again" autoComplete="new-password" {...form.getInputProps('again')} />
        <Button type="submit" loading={isBusy}>
          {button}
        </Button>
      </Stack>
    </form>
  );
}
