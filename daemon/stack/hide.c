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

static void hide_line(char **text, const char *line, size_t length)
{
	struct text out = {0};
	const char *from = *text, *found;

	while ((found = memmem(from, strlen(from), line, length))) {
		text_add_bytes(&out, from, (size_t)(found - from));
		text_add(&out, "***");
		from = found + length;
	}
	if (from == *text)
		return;
	text_add(&out, from);
	free(*text);
	*text = text_take(&out);
}

static void hide_value(char **text, const char *value)
{
	while (value && *value) {
		size_t length = line_length(value);

		if (length >= SECRET_LEAST)
			hide_line(text, value, length);
		value += length + (value[length] != '\0');
	}
}

char *hide_secrets(const struct desired_stack *stack, const char *text)
{
	char *out = xstrdup(text);

	for (size_t i = 0; out && stack && i < stack->parameter_count; i++) {
		const struct desired_parameter *parameter = &stack->parameters[i];
		bool masked = parameter->declared->no_echo;

		if (masked)
			hide_value(&out, parameter->declared->preset);
		for (size_t j = 0; j < parameter->part_count; j++) {
			const struct part *part = &parameter->parts[j];

			if (part->kind != PART_OUTPUT && (masked || part->kind != PART_LITERAL))
				hide_value(&out, part->text);
		}
	}
	return out;
}
