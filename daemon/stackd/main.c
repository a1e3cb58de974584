/* stackd: keeps AWS CloudFormation stacks what the manifests in a folder say. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/text.h"
#include "io/disk.h"
#include "report/harmless.h"
#include "stackd/arguments.h"
#include "stackd/check.h"
#include "stackd/modes.h"
#include "stackd/version.h"

/* Keys and parameters are in our memory: no core file, and nobody of our user looks inside. */
static void keep_secrets(void)
{
	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0});
}

/* Where a standard stream is closed, the next file or socket would get its number, and what is
 * printed would go there. Opened the wrong way round, so that its use fails as before. */
static void keep_streams(void)
{
	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) < 0 &&
			open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream)
			abort();
}

static int wrong_usage(const struct error *e)
{
	AUTO_DONE(text_done) struct text line = {0};

	harmless_add(&line, e->text);
	fprintf(stderr, "stackd: %s\nSee stackd --help.\n", text_string(&line));
	return EXIT_USAGE;
}

static int done_printing(void)
{
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What is remembered names the folder: it must be the same one tomorrow. */
static int work(struct arguments *arguments)
{
	AUTO(free_text) char *directory = disk_absolute(arguments->directory);

	arguments->directory = directory;
	return arguments->mode == MODE_RUN ? run(arguments) : converge(arguments);
}

static int obey(struct arguments *arguments)
{
	switch (arguments->mode) {
	case MODE_HELP:
		fputs(arguments_help, stdout);
		return done_printing();
	case MODE_VERSION:
		version_print();
		return done_printing();
	case MODE_CHECK:
		return check(arguments);
	default:
		return work(arguments);
	}
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	struct error e = {0};

	keep_streams();
	signal(SIGPIPE, SIG_IGN);
	keep_secrets();
	/* Out of memory ends the process, as everywhere: a record that is cut short would be worse.
	 */
	cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = xmalloc, .free_fn = free});
	if (!arguments_parse(argc, argv, &arguments, &e))
		return wrong_usage(&e);
	return obey(&arguments);
}
