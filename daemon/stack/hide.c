#include "stack/hide.h"

#include <string.h>

#include "base/text.h"

enum { SECRET_LEAST = 4 }; /* shorter ones are part of too many words */

/* Control characters end a line as well: what AWS says has lost them on its way. */
static size_t line_length(const char *value)
{
	size_t length = 0;

	while (value[length] && (unsigned char)value[length] >= ' ')
		length++;
	return length;
}

static void add_value(const char *value, struct texts *secrets)
{
	while (value && *value) {
		size_t length = line_length(value);
		AUTO(free_secret) char *line = xstrndup(value, length);

		if (length >= SECRET_LEAST && !texts_have(secrets, line))
			texts_add(secrets, line);
		value += length + (value[length] != '\0');
	}
}

static int compare_lengths(const void *a, const void *b)
{
	size_t first = strlen(*(char *const *)a), second = strlen(*(char *const *)b);

	return first > second ? -1 : first < second;
}

void secrets_add(const struct desired_stack *stack, struct texts *secrets)
{
	for (size_t i = 0; i < stack->parameter_count; i++) {
		const struct desired_parameter *parameter = &stack->parameters[i];
		bool masked = parameter->declared->no_echo;

		if (masked)
			add_value(parameter->declared->preset, secrets);
		for (size_t j = 0; j < parameter->part_count; j++) {
			const struct part *part = &parameter->parts[j];

			if (part->kind != PART_OUTPUT && (masked || part->kind != PART_LITERAL))
				add_value(part->text, secrets);
		}
	}
	/* A secret may be part of another one: the longest goes first. */
	if (secrets->count)
		qsort(secrets->items, secrets->count, sizeof(*secrets->items), compare_lengths);
}

static void hide(char **text, const char *secret)
{
	struct text out = {0};
	const char *from = *text, *found;

	while ((found = strstr(from, secret))) {
		text_add_bytes(&out, from, (size_t)(found - from));
		text_add(&out, "***");
		from = found + strlen(secret);
	}
	if (from == *text)
		return;
	text_add(&out, from);
	free(*text);
	*text = text_take(&out);
}

char *secrets_hide(const struct texts *secrets, const char *text)
{
	char *out = xstrdup(text);

	for (size_t i = 0; out && i < secrets->count; i++)
		hide(&out, secrets->items[i]);
	return out;
}

void secrets_done(struct texts *secrets)
{
	for (size_t i = 0; i < secrets->count; i++)
		wipe(secrets->items[i], strlen(secrets->items[i]));
	texts_done(secrets);
}
