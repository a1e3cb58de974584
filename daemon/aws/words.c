#include "aws/words.h"

#include <string.h>

#include "base/text.h"

#define BLANKS " \t\r\n"

/* NULL: a quote or a backslash has no end. */
static const char *next_word(const char *command, struct text *word)
{
	char quote = '\0';

	for (; *command && (quote || !strchr(BLANKS, *command)); command++) {
		if (*command == quote && quote) {
			quote = '\0';
		} else if (!quote && (*command == '\'' || *command == '"')) {
			quote = *command;
		} else if (*command == '\\' && quote != '\'') {
			if (!*++command)
				return NULL;
			if (quote && !strchr("\"\\", *command))
				text_add_char(word, '\\');
			text_add_char(word, *command);
		} else {
			text_add_char(word, *command);
		}
	}
	return quote ? NULL : command;
}

bool words_split(const char *text, struct texts *words)
{
	for (text += strspn(text, BLANKS); *text; text += strspn(text, BLANKS)) {
		AUTO_DONE(text_done) struct text word = {0};

		text = next_word(text, &word);
		if (!text)
			return false;
		texts_add(words, text_string(&word));
	}
	return true;
}
