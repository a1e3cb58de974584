#include "cloudformation/server.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"Usage: cloudformation-model --listen ADDRESS:PORT [OPTION]...\n"
	"A model of AWS CloudFormation, for tests. Port 0: any; the address is printed.\n\n"
	"  --listen ADDRESS:PORT    where CloudFormation, STS and S3 answer; may be given again\n"
	"  --metadata ADDRESS:PORT  where an instance's metadata and containers' endpoints answer\n"
	"  --control ADDRESS:PORT   where tests load scenarios and read ledger and transcript\n"
	"  --scenario FILE          a scenario (JSON) to begin with; may be given again\n"
	"  --seed NUMBER            of ids and of chance in faults (1)\n"
	"  --clock MILLISECONDS     a clock that starts here and moves by POST /step only\n"
	"  --help                   this text\n";

uint64_t server_now(const struct server *server)
{
	struct timespec now;

	if (server->stepped)
		return server->clock_ms;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

struct place {
	char kind; /* of the option that asked for it */
	const char *address;
	struct MHD_Daemon *daemon;
};

enum { PLACES_LIMIT = 16 };

struct arguments_of_main {
	struct place places[PLACES_LIMIT];
	size_t place_count;
	bool listens;
	struct texts scenarios;
	struct model_options options;
	bool stepped;
	uint64_t clock_ms;
};

static bool add_place(struct arguments_of_main *out, char kind, const char *address)
{
	if (out->place_count == PLACES_LIMIT) {
		fprintf(stderr, "cloudformation-model: more than %d addresses\n", PLACES_LIMIT);
		return false;
	}
	out->places[out->place_count++] = (struct place){kind, address, NULL};
	out->listens |= kind == 'l';
	return true;
}

/* True: go on; else *status is the exit status. */
static bool read_arguments(int argc, char **argv, struct arguments_of_main *out, int *status)
{
	static const struct option options[] = {
		{"listen", required_argument, NULL, 'l'},
		{"metadata", required_argument, NULL, 'm'},
		{"control", required_argument, NULL, 'c'},
		{"scenario", required_argument, NULL, 's'},
		{"seed", required_argument, NULL, 'S'},
		{"clock", required_argument, NULL, 'C'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option = 0;

	*status = 2;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'l':
		case 'm':
		case 'c':
			if (!add_place(out, (char)option, optarg))
				return false;
			break;
		case 's':
			texts_add(&out->scenarios, optarg);
			break;
		case 'S':
			out->options.seed = strtoull(optarg, NULL, 10);
			break;
		case 'C':
			out->stepped = true;
			out->clock_ms = strtoull(optarg, NULL, 10);
			break;
		case 'h':
			fputs(usage, stdout);
			*status = 0;
			return false;
		default:
			return false;
		}
	}
	if (out->listens && optind == argc)
		return true;
	fputs(usage, stderr);
	return false;
}

static bool load_scenario(struct model *model, const char *path)
{
	AUTO_DONE(text_done) struct text json = {0};
	struct error e = {0};
	char buffer[4096];
	FILE *file = fopen(path, "r");
	size_t length = 0;

	if (!file) {
		perror(path);
		return false;
	}
	while ((length = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add_bytes(&json, buffer, length);
	fclose(file);
	if (model_scenario(model, text_string(&json), &e))
		return true;
	fprintf(stderr, "cloudformation-model: %s: %s\n", path, e.text);
	return false;
}

/* Blocked in all threads before the first is made, so that only sigwait() sees them. */
static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void stop(struct server *server)
{
	uint64_t one = 1;

	pthread_mutex_lock(&server->lock);
	server->stopping = true;
	pthread_cond_broadcast(&server->moved);
	pthread_mutex_unlock(&server->lock);
	if (write(server->stop_fd, &one, sizeof(one)) < 0)
		perror("cloudformation-model: eventfd");
}

static bool start(struct server *server, struct place *place)
{
	static const struct {
		char kind;
		const char *name;
		struct MHD_Daemon *(*start)(struct server *server, const char *address);
	} kinds[] = {
		{'l', "listening", listener_start},
		{'m', "metadata", metadata_start},
		{'c', "control", control_start},
	};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (kinds[i].kind != place->kind)
			continue;
		place->daemon = kinds[i].start(server, place->address);
		if (place->daemon)
			printf("%s on %.*s:%u\n", kinds[i].name,
				(int)(strrchr(place->address, ':') - place->address),
				place->address, server_port(place->daemon));
	}
	return place->daemon != NULL;
}

static int run(struct server *server, struct arguments_of_main *arguments)
{
	sigset_t signals;
	int signal_number = 0;
	bool ok = true;

	block_signals(&signals);
	for (size_t i = 0; i < arguments->place_count && ok; i++)
		ok = start(server, &arguments->places[i]);
	if (ok) {
		fflush(stdout);
		sigwait(&signals, &signal_number);
	}
	stop(server);
	for (size_t i = arguments->place_count; i-- > 0;)
		if (arguments->places[i].daemon)
			MHD_stop_daemon(arguments->places[i].daemon);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct arguments_of_main arguments = {.options = model_options_default()};
	struct server server = {.lock = PTHREAD_MUTEX_INITIALIZER,
		.moved = PTHREAD_COND_INITIALIZER,
		.stop_fd = eventfd(0, EFD_CLOEXEC)};
	int status = 0;

	if (read_arguments(argc, argv, &arguments, &status)) {
		bool ok = true;

		server.model = model_new(&arguments.options);
		server.stepped = arguments.stepped;
		server.clock_ms = arguments.clock_ms;
		for (size_t i = 0; i < arguments.scenarios.count && ok; i++)
			ok = load_scenario(server.model, arguments.scenarios.items[i]);
		status = ok ? run(&server, &arguments) : 1;
		model_free(server.model);
	}
	texts_done(&arguments.scenarios);
	close(server.stop_fd);
	return status;
}
