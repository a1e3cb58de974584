#include "simulation/crew.h"

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_LIMIT = 64 };

/* What one process has done. */
struct worker {
	struct coverage coverage;
	struct world_counts counts;
	size_t operations, passed, failed, slowest_minutes;
	uint64_t seed; /* that it is at */
};

struct shared {
	atomic_uint_fast64_t next;  /* seed */
	atomic_uint_fast64_t found; /* the seed that broke what is expected; 0: none yet */
	struct worker workers[JOBS_LIMIT];
};

static void *share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		_exit(70);
	}
	return memory;
}

static void add_result(struct worker *worker, const struct result *result)
{
	worker->counts.events += result->counts.events;
	worker->counts.calls += result->counts.calls;
	worker->counts.mutations += result->counts.mutations;
	worker->counts.restarts += result->counts.restarts;
	worker->counts.ticks += result->counts.ticks;
	worker->operations += result->operations;
	worker->failed += result->breach_count > 0;
	worker->passed += result->breach_count == 0;
	if (result->minutes > worker->slowest_minutes)
		worker->slowest_minutes = result->minutes;
}

static void print_result(const struct crew *crew, uint64_t seed, const struct result *result)
{
	struct text out = {0};

	if (crew->expected || (crew->seconds && !result->breach_count))
		return;
	text_format(&out, "%sok %" PRIu64 " - seed %" PRIu64 "\n",
		result->breach_count ? "not " : "", seed - crew->first + 1, seed);
	for (size_t i = 0; i < result->breach_count; i++)
		text_format(&out, "# %s\n", result->breaches[i]);
	if (result->breach_count)
		text_format(&out,
			"# see it again: tests/simulate --seed %" PRIu64 " --verbose; "
			"its shortest form: --shrink\n",
			seed);
	/* At once: others write to the same place. */
	(void)fflush(stdout);
	(void)!write(STDOUT_FILENO, text_string(&out), out.length);
	text_done(&out);
}

static bool is_expected(const struct crew *crew, const struct result *result)
{
	for (size_t i = 0; crew->expected && i < result->breach_count; i++) {
		size_t length = strcspn(result->breaches[i], ":");

		if (strlen(crew->expected) == length &&
			strncmp(crew->expected, result->breaches[i], length) == 0)
			return true;
	}
	return false;
}

static void play_seed(
	const struct crew *crew, uint64_t seed, struct shared *shared, struct worker *worker)
{
	struct story story = crew->story;
	struct result result, again;

	story.seed = worker->seed = seed;
	story.digest = crew->twice;
	story_play(&story, &worker->coverage, &result);
	if (crew->twice) {
		story_play(&story, &worker->coverage, &again);
		if (strcmp(result.transcript, again.transcript) != 0)
			(void)snprintf(result.breaches[result.breach_count++ % WORLD_BREACHES],
				sizeof(result.breaches[0]), "%s: another transcript",
				invariant_name(SAME_AGAIN));
	}
	if (is_expected(crew, &result))
		atomic_store(&shared->found, seed);
	add_result(worker, &result);
	print_result(crew, seed, &result);
}

static uint64_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

static void work(const struct crew *crew, struct shared *shared, struct worker *worker)
{
	uint64_t start_s = seconds_now(), seed;

	while ((seed = atomic_fetch_add(&shared->next, 1)) <= crew->last &&
		!atomic_load(&shared->found) &&
		(!crew->seconds || seconds_now() - start_s < crew->seconds))
		play_seed(crew, seed, shared, worker);
}

static void await(pid_t pid, const struct crew *crew, struct worker *worker)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	worker->failed++;
	if (crew->expected)
		return;
	printf("not ok %" PRIu64 " - seed %" PRIu64 "\n# its process died (status %d)\n",
		worker->seed - crew->first + 1, worker->seed, status);
}

static bool print_end(const struct crew *crew, const struct shared *shared)
{
	struct worker sum = {0};

	for (unsigned i = 0; i < crew->jobs; i++) {
		const struct worker *worker = &shared->workers[i];
		struct result counts = {.counts = worker->counts, .operations = worker->operations};

		coverage_add(&sum.coverage, &worker->coverage);
		add_result(&sum, &counts);
		sum.passed += worker->passed - 1; /* add_result() took the worker for a story */
		sum.failed += worker->failed;
		if (worker->slowest_minutes > sum.slowest_minutes)
			sum.slowest_minutes = worker->slowest_minutes;
	}
	size_t missing = coverage_print(&sum.coverage);
	bool covered = !crew->required || !missing;

	if (crew->required)
		printf("%sok %" PRIu64 " - coverage\n# %zu required cells are empty\n",
			covered ? "" : "not ", crew->last - crew->first + 2, missing);
	printf("# %zu seeds, %zu events, %zu calls (%zu that change something), %zu restarts, %zu "
	       "operations, at most %zu minutes until all was right, %zu failures\n",
		sum.passed + sum.failed, sum.counts.events, sum.counts.calls, sum.counts.mutations,
		sum.counts.restarts, sum.operations, sum.slowest_minutes, sum.failed);
	return !sum.failed && covered;
}

bool crew_run(const struct crew *crew)
{
	struct shared *shared = share(sizeof(*shared));
	pid_t pids[JOBS_LIMIT];

	if (!crew->seconds && !crew->expected)
		printf("1..%" PRIu64 "\n", crew->last - crew->first + 1 + crew->required);
	(void)fflush(stdout);
	atomic_init(&shared->next, crew->first);
	for (unsigned i = 0; i < crew->jobs; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			work(crew, shared, &shared->workers[i]);
			(void)fflush(stdout);
			exit(0); /* and not _exit(): lines that ran are counted at the end */
		}
	}
	for (unsigned i = 0; i < crew->jobs; i++)
		await(pids[i], crew, &shared->workers[i]);
	uint64_t found = atomic_load(&shared->found);

	if (crew->expected && found)
		printf("%s is broken by seed %" PRIu64 "\n", crew->expected, found);
	else if (crew->expected)
		printf("%s is never broken\n", crew->expected);
	bool good = crew->expected ? found != 0 : print_end(crew, shared);

	munmap(shared, sizeof(*shared));
	return good;
}

bool crew_try(const struct story *story, struct result *result, int *died)
{
	struct shared_result {
		struct coverage coverage;
		struct result result;
	} *shared = share(sizeof(*shared));
	int status = 0;

	(void)fflush(stdout);
	pid_t pid = fork();

	if (pid == 0) {
		story_play(story, &shared->coverage, &shared->result);
		(void)fflush(stdout);
		exit(0);
	}
	while (waitpid(pid, &status, 0) < 0)
		;
	*result = shared->result;
	*died = status;
	munmap(shared, sizeof(*shared));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
