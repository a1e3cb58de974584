/* stackctl: a word for each thing one may want to know of stackd, or want of it. */
#include <stdio.h>

#include "stackctl/asking.h"
#include "stackctl/list.h"
#include "stackctl/render.h"
#include "stackctl/steer.h"

static int print(const char *text)
{
	return fputs(text, stdout) < 0 || fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	struct error e = {0};

	if (!arguments_parse(argc, argv, &arguments, &e))
		return complain(EXIT_USAGE, e.text);
	switch (arguments.verb) {
	case VERB_LIST:
		return list(&arguments);
	case VERB_APPROVE:
		return steer(&arguments, COMMAND_APPROVE);
	case VERB_SUSPEND:
		return steer(&arguments, COMMAND_SUSPEND);
	case VERB_RESUME:
		return steer(&arguments, COMMAND_RESUME);
	case VERB_RETRY:
		return steer(&arguments, COMMAND_RETRY);
	case VERB_RECONCILE:
		return steer(&arguments, COMMAND_RECONCILE);
	case VERB_RENDER:
		return render(arguments.words[0], &e) ? EXIT_SUCCESS
						      : complain(EXIT_FAILURE, e.text);
	case VERB_VERSION:
		return print("stackctl " STACKD_VERSION "\n");
	default:
		return print(arguments_help);
	}
}
