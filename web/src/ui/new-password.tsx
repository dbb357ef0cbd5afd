/** A new password, given twice; the server says what it has against it. */
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { t } from '../language/language';
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
      name: (value) => (asks.includes('name') && !value.trim() ? t('Give your name') : null),
      email: (value) => (asks.includes('email') && !/.@./.test(value) ? t('Give your e-mail address') : null),
      password: (value) => (value.length < SHORTEST ? t('Use at least {{count}} characters', { count: SHORTEST }) : null),
      again: (value, { password }) => (value === password ? null : t('The two differ')),
    },
  });
  return (
    <form onSubmit={form.onSubmit(onDone)} noValidate>
      <Stack>
        {Boolean(error) && <Failure error={error} />}
        {asks.includes('name') && (
          <TextInput label={t('Your name')} autoComplete="name" autoFocus {...form.getInputProps('name')} />
        )}
        {asks.includes('email') && (
          <TextInput label={t('E-mail')} type="email" autoComplete="username" {...form.getInputProps('email')} />
        )}
        {asks.includes('current') && (
          <PasswordInput
            label={t('Current password')}
            autoComplete="current-password"
            {...form.getInputProps('current')}
          />
        )}
        <PasswordInput
          label={t('New password')}
          description={t('At least {{count}} characters; a few words make a good one', { count: SHORTEST })}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <PasswordInput label={t('The same again')} autoComplete="new-password" {...form.getInputProps('again')} />
        <Button type="submit" loading={isBusy}>
          {button}
        </Button>
      </Stack>
    </form>
  );
}
