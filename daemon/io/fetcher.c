#include "io/fetcher.h"

#include <fcntl.h>
#include <string.h>
#include <sys/random.h>

#include "aws/sts.h"
#include "base/memory.h"
#include "io/disk.h"
#include "io/process.h"

enum { DUE_MS = 1, STS_TIMEOUT_MS = 15 * 1000 };

struct fetcher {
	uv_loop_t *loop;
	struct sender *sender;
	struct fetch *fetch;
	char *region;
	uv_timer_t timer; /* before a request is sent, and before the end is told */
	struct http_transfer *transfer;
	struct process *process;
	struct session *session; /* of the last form */
	uint64_t signed_ms;
	bool again;        /* this form was signed with another time already */
	int64_t offset_ms; /* of the clock by which the keys expire */
	fetcher_done *done;
	void *owner;
};

double fetcher_chance(void)
{
	uint64_t random = 0;

	/* Never short for so few bytes, once the kernel is up. */
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		abort();
	return (double)(random >> 11) / (double)(UINT64_C(1) << 53);
}

/* --- the end --- */

static void on_timer_closed(uv_handle_t *timer)
{
	free(timer->data);
}

void fetcher_cancel(struct fetcher *fetcher)
{
	if (!fetcher)
		return;
	if (fetcher->transfer)
		http_cancel(fetcher->transfer);
	process_cancel(fetcher->process);
	fetch_free(fetcher->fetch);
	free(fetcher->region);
	uv_close((uv_handle_t *)&fetcher->timer, on_timer_closed);
}

static void tell(struct fetcher *fetcher)
{
	struct fetcher_result result = {0};
	fetcher_done *done = fetcher->done;
	void *owner = fetcher->owner;
	struct fetch_step step;

	fetch_look(fetcher->fetch, &step);
	if (step.want == FETCH_FAILED) {
		result.error = *step.why;
		result.keys_refused = step.keys_refused;
	} else {
		fetch_take(fetcher->fetch, &result.keys, &result.expires_ms);
	}
	/* AWS counts by its own clock; ours may be hours off. */
	if (result.expires_ms)
		result.expires_ms = (uint64_t)((int64_t)result.expires_ms - fetcher->offset_ms);
	fetcher_cancel(fetcher);
	done(owner, &result);
	credentials_done(&result.keys);
}

/* --- what happened --- */

static void serve(struct fetcher *fetcher);

/* A clock that is off by minutes may still be good enough to sign with, but not to tell when keys
 * end that last no longer: STS says what time it is. */
static void happened(struct fetcher *fetcher, struct fetch_event *event, const char *date)
{
	fetcher->offset_ms =
		fetcher->session ? session_ahead_ms(fetcher->session, date, sender_wall_ms()) : 0;
	event->wall_ms = (uint64_t)((int64_t)sender_wall_ms() + fetcher->offset_ms);
	event->chance = fetcher_chance();
	fetcher->session = NULL;
	fetch_happened(fetcher->fetch, event);
	serve(fetcher);
}

static void failed(struct fetcher *fetcher, const struct error *why)
{
	struct fetch_event event = {.error = why, .bytes = ""};

	happened(fetcher, &event, NULL);
}

/* --- files --- */

static void read_file(struct fetcher *fetcher, const struct fetch_step *step)
{
	struct error e = {0};
	struct fetch_event event = {0};
	char *bytes = disk_read(AT_FDCWD, step->path, step->limit, &event.length, &e);

	event.bytes = bytes ? bytes : "";
	event.error = bytes ? NULL : &e;
	fetcher->offset_ms = 0;
	event.wall_ms = sender_wall_ms();
	fetch_happened(fetcher->fetch, &event);
	if (bytes)
		wipe(bytes, event.length);
	free(bytes);
}

/* --- requests --- */

static void on_answer(void *owner, const struct http_reply *reply)
{
	struct fetcher *fetcher = owner;
	struct fetch_event event = {
		.status = reply->status, .bytes = reply->body, .length = reply->length};

	fetcher->transfer = NULL;
	if (reply->error.kind != ERROR_NONE)
		failed(fetcher, &reply->error);
	else
		happened(fetcher, &event, reply->date);
}

static void send_request(struct fetcher *fetcher, const struct fetch_step *step)
{
	struct http_request request = {
		.method = step->method,
		.url = step->url,
		.headers = step->headers,
		.body = "",
		.once = true,
		.direct = true,
		.secret = true,
		.timeout_ms = step->timeout_ms,
		.reply_limit = step->limit,
	};

	fetcher->transfer = http_send(fetcher->sender->http, &request, on_answer, fetcher);
}

/* --- STS --- */

static void send_form(struct fetcher *fetcher, const struct fetch_step *step);

/* True: it is on its way again, with the time that was learned. */
static bool resent(struct fetcher *fetcher, const struct http_reply *reply)
{
	struct fetch_step step;
	AUTO(free_text) char *code = NULL;
	AUTO(free_text) char *message = NULL;

	if (fetcher->again || reply->error.kind != ERROR_NONE || reply->status == 200)
		return false;
	sts_refusal(reply->body, reply->length, &code, &message);
	if (!session_skew(fetcher->session, code, message, reply->date, fetcher->signed_ms,
		    sender_wall_ms()))
		return false;
	fetch_look(fetcher->fetch, &step);
	fetcher->again = true;
	send_form(fetcher, &step);
	return true;
}

static void on_sts(void *owner, const struct http_reply *reply)
{
	struct fetcher *fetcher = owner;

	fetcher->transfer = NULL;
	if (resent(fetcher, reply))
		return;
	fetcher->again = false;
	on_answer(owner, reply);
}

static void send_form(struct fetcher *fetcher, const struct fetch_step *step)
{
	AUTO_DONE(endpoint_done) struct endpoint endpoint = {0};
	struct error e = {0};

	if (!sender_endpoint(fetcher->sender, "sts", fetcher->region, &endpoint, &e)) {
		failed(fetcher, &e);
		return;
	}
	struct sender_form form = {.endpoint = &endpoint,
		.service = "sts",
		.keys = step->keys,
		.form = step->form,
		.once = true,
		.secret = true,
		.timeout_ms = STS_TIMEOUT_MS};

	fetcher->transfer = sender_send(
		fetcher->sender, &form, &fetcher->session, &fetcher->signed_ms, on_sts, fetcher);
}

/* --- programs --- */

static void on_process(void *owner, const struct process_result *result)
{
	struct fetcher *fetcher = owner;
	struct fetch_event event = {
		.error = result->error.kind == ERROR_NONE ? NULL : &result->error,
		.status = result->status,
		.bytes = result->output,
		.length = result->length,
		.complaint = result->complaint};

	fetcher->process = NULL;
	happened(fetcher, &event, NULL);
}

/* --- the whole --- */

static void send_now(struct fetcher *fetcher)
{
	struct fetch_step step;

	fetch_look(fetcher->fetch, &step);
	if (step.want == FETCH_HTTP)
		send_request(fetcher, &step);
	else if (step.want == FETCH_STS)
		send_form(fetcher, &step);
	else
		tell(fetcher);
}

static void on_timer(uv_timer_t *timer)
{
	send_now(timer->data);
}

static void later(struct fetcher *fetcher, uint64_t delay_ms)
{
	uv_update_time(fetcher->loop);
	uv_timer_start(&fetcher->timer, on_timer, delay_ms, 0);
}

/* Never tells the end from here: it may be the start. */
static void serve(struct fetcher *fetcher)
{
	struct fetch_step step;

	fetch_look(fetcher->fetch, &step);
	while (step.want == FETCH_FILE) {
		read_file(fetcher, &step);
		fetch_look(fetcher->fetch, &step);
	}
	if (step.want == FETCH_PROCESS)
		fetcher->process = process_start(fetcher->loop, step.arguments, step.limit,
			step.timeout_ms, on_process, fetcher);
	else
		later(fetcher, step.delay_ms ? step.delay_ms : DUE_MS);
}

struct fetcher *fetcher_start(
	uv_loop_t *loop, const struct fetcher_options *options, fetcher_done *done, void *owner)
{
	struct fetcher *fetcher = xcalloc(1, sizeof(*fetcher));

	*fetcher = (struct fetcher){
		.loop = loop,
		.sender = options->sender,
		.fetch = fetch_new(options->recipe, options->session_name, sender_wall_ms()),
		.region = xstrdup(options->region),
		.done = done,
		.owner = owner,
	};
	uv_timer_init(loop, &fetcher->timer);
	fetcher->timer.data = fetcher;
	serve(fetcher);
	return fetcher;
}
