#include "stackctl/arguments.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "stack/names.h"

const char arguments_help[] =
	"stackctl looks at stackd and steers it.\n"
	"\n"
	"  stackctl list                     what each stack is, and what is to be done with it\n"
	"  stackctl approve STACK DIGEST     let a change run that is held, as its reason says\n"
	"  stackctl suspend STACK --reason TEXT\n"
	"                                    look at the stack only, until it is resumed\n"
	"  stackctl resume STACK             undo suspend\n"
	"  stackctl retry STACK              forget what failed, and try again now\n"
	"  stackctl reconcile [STACK]        look at AWS now; at all stacks if none is named\n"
	"  stackctl render TEMPLATE          print a template as it would be sent\n"
	"\n"
	"  --all            suspend, resume, retry and reconcile: all stacks\n"
	"  --json           print JSON\n"
	"  --reason TEXT    suspend: why, for people\n"
	"  --socket PATH    where stackd listens (Socket= of /etc/stackd/stackd.conf)\n"
	"  --version        print the version\n"
	"  --help           print this\n"
	"\n"
	"STACK is a manifest's name, else a stack's, or REGION/STACK.\n"
	"Exits 0 if it was done, 1 if it was refused or failed, 3 if stackd can't be reached,\n"
	"4 if there is no such stack, 64 after wrong usage.\n";

enum {
	OPTION_ALL = 0x100, /* beyond all characters, as getopt's optopt tells them apart */
	OPTION_JSON,
	OPTION_REASON,
	OPTION_SOCKET,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option options[] = {
	{"all", no_argument, NULL, OPTION_ALL},
	{"help", no_argument, NULL, OPTION_HELP},
	{"json", no_argument, NULL, OPTION_JSON},
	{"reason", required_argument, NULL, OPTION_REASON},
	{"socket", required_argument, NULL, OPTION_SOCKET},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

/* What a verb takes. */
static const struct {
	const char *name, *usage;
	size_t least, most; /* words */
	bool asks;          /* the daemon: --socket and --json make sense */
	bool all, reason;
} verbs[] = {
	[VERB_LIST] = {"list", "list", 0, 0, true, false, false},
	[VERB_APPROVE] = {"approve", "approve STACK DIGEST", 2, 2, true, false, false},
	[VERB_SUSPEND] = {"suspend", "suspend STACK|--all --reason TEXT", 0, 1, true, true, true},
	[VERB_RESUME] = {"resume", "resume STACK|--all", 0, 1, true, true, false},
	[VERB_RETRY] = {"retry", "retry STACK|--all", 0, 1, true, true, false},
	[VERB_RECONCILE] = {"reconcile", "reconcile [STACK|--all]", 0, 1, true, true, false},
	[VERB_RENDER] = {"render", "render TEMPLATE", 1, 1, false, false, false},
	[VERB_HELP] = {"--help", "--help", 0, 0, false, false, false},
	[VERB_VERSION] = {"--version", "--version", 0, 0, false, false, false},
};
static_assert(COUNT(verbs) == VERB_COUNT, "one row per verb");

/* --- options --- */

static bool unknown_option(const char *word, struct error *e)
{
	if (optopt >= OPTION_ALL)
		return error_set(
			e, ERROR_INVALID, "found '%s', expected no value", shown(word).text);
	if (optopt)
		return error_set(
			e, ERROR_INVALID, "unknown option '-%c'; see stackctl --help", optopt);

	struct nearest nearest = nearest_to(word + strspn(word, "-"));

	for (size_t i = 0; options[i].name; i++)
		nearest_offer(&nearest, options[i].name);
	return error_set(e, ERROR_INVALID, "unknown option '%s'%s", shown(word).text,
		nearest_hint(&nearest).text);
}

static bool set_option(
	struct arguments *arguments, int option, enum verb *asked, char **argv, struct error *e)
{
	switch (option) {
	case OPTION_ALL:
		arguments->all = true;
		return true;
	case OPTION_JSON:
		arguments->json = true;
		return true;
	case OPTION_REASON:
		arguments->reason = optarg;
		return true;
	case OPTION_SOCKET:
		arguments->socket = optarg;
		return true;
	case OPTION_HELP:
		*asked = VERB_HELP;
		return true;
	case OPTION_VERSION:
		*asked = *asked == VERB_HELP ? VERB_HELP : VERB_VERSION;
		return true;
	case ':':
		return error_set(
			e, ERROR_INVALID, "%s needs a value", shown(argv[optind - 1]).text);
	default:
		return unknown_option(argv[optind - 1], e);
	}
}

/* --- the verb and its words --- */

static bool find_verb(const char *word, enum verb *verb, struct error *e)
{
	struct nearest nearest = nearest_to(word);

	for (size_t i = 0; i < COUNT(verbs); i++) {
		if (strcmp(verbs[i].name, word) == 0) {
			*verb = (enum verb)i;
			return true;
		}
		nearest_offer(&nearest, verbs[i].name);
	}
	return error_set(e, ERROR_INVALID, "unknown command '%s'%s; see stackctl --help",
		shown(word).text, nearest_hint(&nearest).text);
}

static bool check_options(const struct arguments *arguments, struct error *e)
{
	const char *name = verbs[arguments->verb].name;

	if (arguments->all && !verbs[arguments->verb].all)
		return error_set(e, ERROR_INVALID, "--all is not for %s", name);
	if (arguments->reason && !verbs[arguments->verb].reason)
		return error_set(e, ERROR_INVALID, "--reason is not for %s", name);
	if (arguments->json && !verbs[arguments->verb].asks)
		return error_set(e, ERROR_INVALID, "--json is not for %s", name);
	if (arguments->socket && !verbs[arguments->verb].asks)
		return error_set(e, ERROR_INVALID, "--socket is not for %s", name);
	return true;
}

static bool set_words(struct arguments *arguments, size_t count, char **words, struct error *e)
{
	const char *usage = verbs[arguments->verb].usage;

	if (count > verbs[arguments->verb].most)
		return error_set(e, ERROR_INVALID, "found '%s', expected nothing more: stackctl %s",
			shown(words[verbs[arguments->verb].most]).text, usage);
	if (count < verbs[arguments->verb].least)
		return error_set(e, ERROR_INVALID, "expected more: stackctl %s", usage);
	if (count && arguments->all)
		return error_set(e, ERROR_INVALID,
			"found both --all and '%s', expected one of the two", shown(words[0]).text);
	/* To look at all is harmless; all else is said outright. */
	if (!count && verbs[arguments->verb].all && !arguments->all &&
		arguments->verb != VERB_RECONCILE)
		return error_set(e, ERROR_INVALID, "expected a stack or --all: stackctl %s", usage);
	if (verbs[arguments->verb].reason && !arguments->reason)
		return error_set(e, ERROR_INVALID, "expected a reason: stackctl %s", usage);
	for (size_t i = 0; i < count; i++)
		arguments->words[i] = words[i];
	return true;
}

bool arguments_parse(int argc, char **argv, struct arguments *arguments, struct error *e)
{
	enum verb asked = VERB_COUNT;
	int option;

	*arguments = (struct arguments){0};
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1)
		if (!set_option(arguments, option, &asked, argv, e))
			return false;
	/* Who asks for help gets it, whatever else is there. */
	if (asked != VERB_COUNT) {
		arguments->verb = asked;
		return true;
	}
	if (optind == argc)
		return error_set(e, ERROR_INVALID, "expected a command; see stackctl --help");
	return find_verb(argv[optind], &arguments->verb, e) && check_options(arguments, e) &&
	       set_words(arguments, (size_t)(argc - optind - 1), argv + optind + 1, e);
}
