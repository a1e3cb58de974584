#include "io/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool output_write(const char *program, const struct text *text)
{
	if (fwrite(text_string(text), 1, text->length, stdout) == text->length &&
		fflush(stdout) == 0)
		return true;
	fprintf(stderr, "%s: standard output: %s\n", program, strerror(errno));
	return false;
}

bool output_colours(void)
{
	const char *refused = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(refused && *refused) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}
