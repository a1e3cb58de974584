#include <inttypes.h>

#include "io/journal.h"
#include "io/output.h"
#include "report/json.h"
#include "report/sentences.h"
#include "report/table.h"
#include "stackd/modes.h"
#include "stackd/reading.h"
#include "stackd/signals.h"
#include "stackd/wiring.h"

struct converge {
	const struct arguments *arguments;
	uv_loop_t loop;
	struct signals signals;
	uv_timer_t timeout;
	struct journal *journal;
	struct wiring *wiring;
	struct text reports; /* as JSON, where that was asked for */
	bool ending;
	int status;
};

static void end(struct converge *converge, int status)
{
	if (converge->ending)
		return;
	converge->ending = true;
	converge->status = status;
	signals_close(&converge->signals);
	uv_close((uv_handle_t *)&converge->timeout, NULL);
	wiring_close(converge->wiring);
}

static void on_signal(void *owner, int number)
{
	struct converge *converge = owner;

	journal_line(converge->journal, REPORT_WARNING, "ended by signal %d", number);
	end(converge, EXIT_FAILURE);
}

/* Of --plan: 1 if anything is frozen or could not be read, else 2 if anything is not in sync. */
static int plan_status(const struct overview *overview)
{
	for (size_t i = 0; i < overview->count; i++)
		if (overview->rows[i].state == STATE_FROZEN || overview->rows[i].unreadable)
			return EXIT_FAILURE;
	return overview->states[STATE_IN_SYNC] == overview->count ? EXIT_SUCCESS : 2;
}

static int once_status(const struct overview *overview)
{
	return overview->states[STATE_IN_SYNC] == overview->count ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool print(const struct converge *converge, const struct overview *overview)
{
	AUTO_DONE(text_done) struct text out = {0};

	if (converge->arguments->json) {
		json_overview(overview, text_string(&converge->reports), &out);
		text_add_char(&out, '\n');
	} else if (!overview->count) {
		sentence_empty(wiring_desired(converge->wiring)->folder, &out);
		text_add_char(&out, '\n');
	} else {
		table_write(overview, output_colours(), &out);
	}
	return output_write("stackd", &out);
}

/* What is wrong with the settings was said at the start. */
static void on_scan(void *owner)
{
	struct converge *converge = owner;
	AUTO_DONE(texts_done) struct texts problems = {0};

	wiring_read(converge->wiring, &problems);
}

static void on_look(void *owner, const struct overview *overview)
{
	struct converge *converge = owner;
	bool plan = converge->arguments->mode == MODE_PLAN;

	if (!overview->finished)
		return;

	int status = plan ? plan_status(overview) : once_status(overview);

	end(converge, print(converge, overview) ? status : EXIT_FAILURE);
}

static void on_report(void *owner, const struct report *report)
{
	struct converge *converge = owner;

	if (converge->arguments->json)
		json_report(report, &converge->reports);
	/* What a plan finds out of stacks is in its table. */
	if (converge->arguments->mode != MODE_PLAN ||
		(report->level <= REPORT_WARNING && report->class != REPORT_STATE))
		journal_report(converge->journal, report);
}

static void on_timeout(uv_timer_t *timer)
{
	struct converge *converge = timer->data;

	print(converge, wiring_overview(converge->wiring));
	journal_line(converge->journal, REPORT_ERR, "not done within %" PRIu64 " s",
		converge->arguments->timeout_ms / 1000);
	end(converge, EXIT_FAILURE);
}

static void say(struct converge *converge, enum report_level level, const struct texts *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		journal_line(converge->journal, level, "%s", lines->items[i]);
}

static int start(struct converge *converge)
{
	AUTO_DONE(texts_done) struct texts faults = {0};
	AUTO_DONE(texts_done) struct texts remarks = {0};
	struct error e = {0};
	bool good = wiring_read(converge->wiring, &faults);

	say(converge, REPORT_ERR, &faults);
	if (!good)
		return EXIT_CONFIG;

	const struct desired *desired = wiring_desired(converge->wiring);

	reading_remarks(desired, &remarks);
	say(converge, REPORT_WARNING, &remarks);
	if (desired->state != FOLDER_READ)
		return EXIT_FAILURE;
	if (!wiring_start(converge->wiring, &e)) {
		journal_line(converge->journal, REPORT_ERR, "%s", e.text);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static struct wiring *make_wiring(struct converge *converge)
{
	bool plan = converge->arguments->mode == MODE_PLAN;
	struct wiring_options options = {.arguments = converge->arguments,
		.mode = plan ? ENGINE_PLAN : ENGINE_ONCE,
		.look = on_look,
		.scan = on_scan,
		.report = on_report,
		.owner = converge};

	return wiring_new(&converge->loop, &options);
}

int converge(const struct arguments *arguments)
{
	struct converge converge = {.arguments = arguments};

	uv_loop_init(&converge.loop);
	converge.journal = journal_new(journal_target_of(2), JOURNAL_SOCKET, 2);
	signals_init(&converge.signals, &converge.loop, false, on_signal, &converge);
	uv_timer_init(&converge.loop, &converge.timeout);
	converge.timeout.data = &converge;
	uv_timer_start(&converge.timeout, on_timeout, arguments->timeout_ms, 0);
	converge.wiring = make_wiring(&converge);

	int status = start(&converge);

	if (status != EXIT_SUCCESS)
		end(&converge, status);
	uv_run(&converge.loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&converge.loop) != 0)
		journal_line(converge.journal, REPORT_ERR, "a handle was left open");
	text_done(&converge.reports);
	journal_free(converge.journal);
	return converge.status;
}
