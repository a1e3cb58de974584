#include "io/state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/disk.h"
#include "io/lock.h"
#include "io/records.h"

enum {
	KEY_SIZE = 32,
	BATCH_LIMIT = 64, /* calls that share one sync of the folder, and wait for it */
};

struct job {
	struct job *next;
	struct call call; /* id, kind, stack and body only */
	struct reply reply;
	state_done *done;
	void *owner;
};

struct jobs {
	struct job *first, **end;
};

struct state {
	char *path;
	bool write;
	int folder, lock, manifests; /* descriptors, or -1 */
	uint8_t key[KEY_SIZE];
	struct texts unreadable; /* keys that must not be saved; the thread's only */
	uv_loop_t *loop;
	uv_work_t work;
	bool working;
	atomic_bool ending; /* for the thread: what is not begun yet is not done */
	struct jobs waiting, batch;
};

static_assert(sizeof(((struct reply *)0)->state_key) == KEY_SIZE, "a key as the engine wants it");

/* --- opening --- */

static bool make_key(struct state *state, struct error *e)
{
	if (getrandom(state->key, KEY_SIZE, 0) != KEY_SIZE)
		return disk_error(e, errno);
	return !state->write || (disk_write(state->folder, "key", state->key, KEY_SIZE, e) &&
					disk_sync(state->folder, e));
}

static bool read_key(struct state *state, struct error *e)
{
	size_t length;

	if (state->folder < 0)
		return make_key(state, e);

	AUTO(free_text) char *bytes = disk_read(state->folder, "key", KEY_SIZE, &length, e);

	if (!bytes)
		return errno == ENOENT && make_key(state, e);
	if (length != KEY_SIZE)
		return error_set(e, ERROR_INVALID,
			"found %zu bytes, expected %d; without this file, secrets are asked for "
			"with a change set once more",
			length, KEY_SIZE);
	memcpy(state->key, bytes, KEY_SIZE);
	wipe(bytes, length);
	return true;
}

static bool open_folder(struct state *state, struct error *e)
{
	if (state->write && mkdir(state->path, 0700) != 0 && errno != EEXIST)
		return disk_error(e, errno);
	state->folder = open(state->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->folder >= 0)
		return true;
	if (errno == ENOENT && !state->write)
		return true;
	return disk_error(e, errno);
}

struct state *state_open(const char *path, const char *folder, bool write, struct error *e)
{
	struct state *state = xcalloc(1, sizeof(*state));

	*state = (struct state){.path = xstrdup(path),
		.write = write,
		.folder = -1,
		.lock = -1,
		.manifests = -1,
		.waiting.end = &state->waiting.first,
		.batch.end = &state->batch.first};
	state->work.data = state;
	if (!open_folder(state, e)) {
		error_context(e, "%s", path);
	} else if (write && ((state->lock = lock_state(state->folder, path, e)) < 0 ||
				    !lock_manifests(folder, &state->manifests, e))) {
		/* The error says all. */
	} else if (!read_key(state, e)) {
		error_context(e, "%s/key", path);
	} else {
		return state;
	}
	state_close(state);
	return NULL;
}

void state_close(struct state *state)
{
	if (!state)
		return;

	int descriptors[] = {state->folder, state->lock, state->manifests};

	for (size_t i = 0; i < COUNT(descriptors); i++)
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	texts_done(&state->unreadable);
	wipe(state->key, KEY_SIZE);
	free(state->path);
	free(state);
}

/* --- in the thread --- */

static void recall(struct state *state, struct reply *reply, struct error *e)
{
	if (state->folder >= 0 && !records_read(state->folder, state->write, reply, e))
		return;
	memcpy(reply->state_key, state->key, KEY_SIZE);
	texts_done(&state->unreadable);
	for (size_t i = 0; i < reply->record_count; i++)
		if (reply->records[i].problem)
			texts_add(&state->unreadable, reply->records[i].key);
}

static bool save(struct state *state, const struct call *call, struct error *e)
{
	if (!state->write)
		return true;
	if (atomic_load(&state->ending))
		return error_set(e, ERROR_TRANSIENT, "stackd is ending");
	if (texts_have(&state->unreadable, call->stack))
		return error_set(e, ERROR_INVALID,
			"the record could not be read and is not overwritten; mend or remove it, "
			"then restart");
	return records_write(state->folder, call->stack, call->body, e);
}

static void answer(struct job *job, enum effect effect, const struct error *e)
{
	job->reply.code = e->kind ? REPLY_ERROR : REPLY_OK;
	job->reply.effect = effect;
	job->reply.error = *e;
	if (e->kind)
		error_context(&job->reply.error, "memory: %s %s", call_kind_name(job->call.kind),
			job->call.stack ? job->call.stack : "");
}

/* One sync of the folder for all saves of the batch: none is confirmed before it. */
static void work(uv_work_t *request)
{
	struct state *state = request->data;
	struct error unsynced = {0};
	bool saved = false;

	for (struct job *job = state->batch.first; job; job = job->next) {
		struct error e = {0};
		bool good = true;

		if (job->call.kind == CALL_RECALL)
			recall(state, &job->reply, &e);
		else
			good = save(state, &job->call, &e);
		saved = saved || (good && job->call.kind == CALL_SAVE);
		answer(job, e.kind ? EFFECT_NONE : EFFECT_CONFIRMED, &e);
	}
	if (!saved || !state->write || disk_sync(state->folder, &unsynced))
		return;
	for (struct job *job = state->batch.first; job; job = job->next)
		if (job->call.kind == CALL_SAVE && job->reply.code == REPLY_OK)
			answer(job, EFFECT_MAYBE, &unsynced);
}

/* --- on the loop --- */

void state_hurry(struct state *state)
{
	atomic_store(&state->ending, true);
}

static void append(struct jobs *jobs, struct job *job)
{
	job->next = NULL;
	*jobs->end = job;
	jobs->end = &job->next;
}

static struct job *detach(struct jobs *jobs)
{
	struct job *job = jobs->first;

	if (job) {
		jobs->first = job->next;
		if (!jobs->first)
			jobs->end = &jobs->first;
	}
	return job;
}

static void worked(uv_work_t *request, int status);

static void start(struct state *state)
{
	struct job *job;

	for (size_t i = 0; i < BATCH_LIMIT && (job = detach(&state->waiting)); i++)
		append(&state->batch, job);
	state->working = state->batch.first != NULL;
	if (state->working)
		uv_queue_work(state->loop, &state->work, work, worked);
}

/* The last answer may close the state: nothing of it is touched after that. */
static void worked(uv_work_t *request, int status)
{
	struct state *state = request->data;
	struct jobs answered = {.end = &answered.first};
	struct job *job;

	(void)status; /* never cancelled */
	while ((job = detach(&state->batch)))
		append(&answered, job);
	start(state);
	while ((job = detach(&answered))) {
		job->done(job->owner, job->call.id, &job->reply);
		reply_done(&job->reply);
		call_done(&job->call);
		free(job);
	}
}

void state_call(struct state *state, uv_loop_t *loop, const struct call *call, state_done *done,
	void *owner)
{
	struct job *job = xcalloc(1, sizeof(*job));

	*job = (struct job){
		.call = {.id = call->id,
			.kind = call->kind,
			.stack = xstrdup(call->stack),
			.body = xstrdup(call->body)},
		.done = done,
		.owner = owner,
	};
	append(&state->waiting, job);
	state->loop = loop;
	if (!state->working)
		start(state);
}
