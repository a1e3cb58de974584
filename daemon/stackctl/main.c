/* stackctl: a word for each thing one may want to know of stackd, or want of it. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "report/harmless.h"
#include "stackctl/render.h"

enum { EXIT_USAGE = 64 };

static const char help[] =
	"stackctl looks at stackd and steers it.\n"
	"\n"
	"  stackctl render TEMPLATE    print a template as it would be sent to CloudFormation\n"
	"\n"
	"  --version    print the version\n"
	"  --help       print this\n"
	"\n"
	"Exits 0, 1 where something is wrong, 64 after wrong usage.\n";

static int complain(int status, const char *text)
{
	AUTO_DONE(text_done) struct text line = {0};

	harmless_add(&line, text);
	fprintf(stderr, "stackctl: %s\n", text_string(&line));
	return status;
}

static int unknown_verb(const char *verb)
{
	struct nearest nearest = nearest_to(verb);

	nearest_offer(&nearest, "render");
	nearest_offer(&nearest, "--help");
	nearest_offer(&nearest, "--version");
	AUTO(free_text)
	char *said = xasprintf(
		"unknown command '%s'%s; see stackctl --help", verb, nearest_hint(&nearest).text);

	return complain(EXIT_USAGE, said);
}

int main(int argc, char **argv)
{
	struct error e = {0};

	if (argc < 2)
		return complain(EXIT_USAGE, "expected a command; see stackctl --help");
	if (strcmp(argv[1], "--help") == 0)
		return fputs(help, stdout) < 0;
	if (strcmp(argv[1], "--version") == 0)
		return printf("stackctl %s\n", STACKD_VERSION) < 0;
	if (strcmp(argv[1], "render") != 0)
		return unknown_verb(argv[1]);
	if (argc != 3)
		return complain(EXIT_USAGE, "expected one template: stackctl render TEMPLATE");
	return render(argv[2], &e) ? EXIT_SUCCESS : complain(EXIT_FAILURE, e.text);
}
