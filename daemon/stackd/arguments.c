#include "stackd/arguments.h"

#include <getopt.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "base/timespan.h"
#include "stack/names.h"

enum { DEFAULT_TIMEOUT_MS = 30 * 60 * 1000 };

const char arguments_help[] =
	"stackd keeps AWS CloudFormation stacks what the manifests in a folder say.\n"
	"\n"
	"  stackd                  run until told to stop\n"
	"  stackd --check [DIR]    read all manifests offline and say what is wrong; exits 0 or 1\n"
	"  stackd --plan           look at AWS and print what would be done and why, without "
	"doing\n"
	"                          it; exits 0 if all is in sync, 2 if not, 1 if that can't be "
	"told\n"
	"  stackd --once           converge, then end; exits 0 if all is in sync, else 1\n"
	"\n"
	"  --directory DIR    the folder of manifests (/etc/stackd)\n"
	"  --config FILE      the settings (stackd.conf in that folder; defaults without one)\n"
	"  --state DIR        the folder of the memory ($STATE_DIRECTORY, else /var/lib/stackd)\n"
	"  --timeout TIME     when --once and --plan give up (30min)\n"
	"  --json             --check, --plan and --once print JSON\n"
	"  --version          print the version, and those of the libraries\n"
	"  --help             print this\n"
	"\n"
	"Wrong usage exits 64, faulty settings 78.\n";

/* Beyond all characters, so that getopt's optopt tells them from a short option. */
enum {
	OPTION_DIRECTORY = 0x100,
	OPTION_CONFIG,
	OPTION_STATE,
	OPTION_TIMEOUT,
	OPTION_JSON,
	OPTION_MODE, /* + the mode */
};

static const struct option options[] = {
	{"check", no_argument, NULL, OPTION_MODE + MODE_CHECK},
	{"config", required_argument, NULL, OPTION_CONFIG},
	{"directory", required_argument, NULL, OPTION_DIRECTORY},
	{"help", no_argument, NULL, OPTION_MODE + MODE_HELP},
	{"json", no_argument, NULL, OPTION_JSON},
	{"once", no_argument, NULL, OPTION_MODE + MODE_ONCE},
	{"plan", no_argument, NULL, OPTION_MODE + MODE_PLAN},
	{"state", required_argument, NULL, OPTION_STATE},
	{"timeout", required_argument, NULL, OPTION_TIMEOUT},
	{"version", no_argument, NULL, OPTION_MODE + MODE_VERSION},
	{0},
};

static bool unknown_option(const char *word, struct error *e)
{
	if (optopt >= OPTION_DIRECTORY)
		return error_set(
			e, ERROR_INVALID, "found '%s', expected no value", shown(word).text);
	if (optopt)
		return error_set(e, ERROR_INVALID, "unknown option '-%c'; see --help", optopt);

	struct nearest nearest = nearest_to(word + strspn(word, "-"));

	for (size_t i = 0; options[i].name; i++)
		nearest_offer(&nearest, options[i].name);
	return error_set(e, ERROR_INVALID, "unknown option '%s'%s", shown(word).text,
		nearest_hint(&nearest).text);
}

static bool set_mode(struct arguments *arguments, enum mode mode, struct error *e)
{
	/* Who asks for help gets it, whatever else is there. */
	if (arguments->mode == MODE_HELP)
		return true;
	if (mode != MODE_HELP && arguments->mode != MODE_RUN && arguments->mode != mode)
		return error_set(e, ERROR_INVALID,
			"found two of --check, --plan, --once and --version, expected one");
	arguments->mode = mode;
	return true;
}

static bool set_folder(const char **place, const char *value, struct error *e)
{
	if (!*value)
		return error_set(e, ERROR_INVALID, "found an empty path, expected a path");
	*place = value;
	return true;
}

static bool set_option(struct arguments *arguments, int option, char **argv, struct error *e)
{
	switch (option) {
	case OPTION_DIRECTORY:
		return set_folder(&arguments->directory, optarg, e);
	case OPTION_CONFIG:
		return set_folder(&arguments->config, optarg, e);
	case OPTION_STATE:
		return set_folder(&arguments->state, optarg, e);
	case OPTION_JSON:
		arguments->json = true;
		return true;
	case OPTION_TIMEOUT:
		if (!timespan_parse(optarg, &arguments->timeout_ms) || !arguments->timeout_ms)
			return error_set(e, ERROR_INVALID,
				"found '%s' for --timeout, expected a time span such as 90s",
				shown(optarg).text);
		return true;
	case ':':
		return error_set(
			e, ERROR_INVALID, "%s needs a value", shown(argv[optind - 1]).text);
	case '?':
		return unknown_option(argv[optind - 1], e);
	default:
		return set_mode(arguments, (enum mode)(option - OPTION_MODE), e);
	}
}

/* The folder of --check may stand behind the options. */
static bool set_words(struct arguments *arguments, int count, char **words, struct error *e)
{
	if (!count)
		return true;
	if (arguments->mode != MODE_CHECK || count > 1)
		return error_set(e, ERROR_INVALID, "found '%s', expected nothing more",
			shown(words[count > 1]).text);
	if (arguments->directory)
		return error_set(e, ERROR_INVALID,
			"found both --directory and '%s', expected one folder",
			shown(words[0]).text);
	return set_folder(&arguments->directory, words[0], e);
}

/* systemd gives several with colons between; our unit has one. */
static const char *state_directory(void)
{
	const char *given = getenv("STATE_DIRECTORY");

	return given && *given && !strchr(given, ':') ? given : "/var/lib/stackd";
}

bool arguments_parse(int argc, char **argv, struct arguments *arguments, struct error *e)
{
	int option;

	*arguments = (struct arguments){0};
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1)
		if (!set_option(arguments, option, argv, e))
			return false;
	if (!set_words(arguments, argc - optind, argv + optind, e))
		return false;
	if (arguments->mode == MODE_HELP || arguments->mode == MODE_VERSION)
		return true;
	if (arguments->timeout_ms && arguments->mode != MODE_ONCE && arguments->mode != MODE_PLAN)
		return error_set(e, ERROR_INVALID,
			"--timeout is for --once and --plan, which are not there");
	if (arguments->json && arguments->mode == MODE_RUN)
		return error_set(e, ERROR_INVALID,
			"--json is for --check, --plan and --once, which are not there");
	if (!arguments->timeout_ms)
		arguments->timeout_ms = DEFAULT_TIMEOUT_MS;
	if (!arguments->directory)
		arguments->directory = "/etc/stackd";
	if (!arguments->state)
		arguments->state = state_directory();
	return true;
}
