#include <signal.h>

#include "io/control.h"
#include "io/journal.h"
#include "io/service.h"
#include "io/watch.h"
#include "report/json.h"
#include "report/sentences.h"
#include "stackd/modes.h"
#include "stackd/reading.h"
#include "stackd/signals.h"
#include "stackd/wiring.h"

enum {
	STATUS_DELAY_MS = 100, /* what happens together is told together */
	QUIET_LIMIT_MS = 10 * 1000,
	WRITING_LIMIT_MS = 60 * 1000,
	RESCAN_MS = 30 * 1000,
};

struct run {
	const struct arguments *arguments;
	uv_loop_t loop;
	struct signals signals;
	struct journal *journal;
	struct service *service;
	struct watch *watch;
	struct wiring *wiring;
	struct control *control;
	char *deaf; /* why stackctl can't reach us, as it was said last; NULL: it can */
	struct texts faults, remarks; /* of the settings and manifests, as they were said last */
	bool lost;                    /* the folder could not be read */
	bool ending;
};

static void say_faults(struct run *run, const struct texts *faults, bool old_stay)
{
	for (size_t i = 0; i < faults->count; i++)
		journal_line(run->journal, REPORT_ERR, "%s", faults->items[i]);
	if (faults->count && old_stay)
		journal_line(
			run->journal, REPORT_ERR, "the settings are faulty: the old ones stay");
	else if (!faults->count && run->faults.count)
		journal_line(run->journal, REPORT_NOTICE, "the settings are good again");
}

static void say_remarks(struct run *run, const struct texts *remarks, bool asked)
{
	if (!asked && texts_equal(remarks, &run->remarks))
		return;
	for (size_t i = 0; i < remarks->count; i++)
		if (asked || !texts_have(&run->remarks, remarks->items[i]))
			journal_line(run->journal, REPORT_WARNING, "%s", remarks->items[i]);
}

static void say_folder(struct run *run, const struct desired *desired)
{
	bool lost = desired->state != FOLDER_READ;

	if (run->lost && !lost)
		journal_line(run->journal, REPORT_NOTICE, "%s can be read again", desired->folder);
	run->lost = lost;
}

static void replace_texts(struct texts *place, struct texts *takes)
{
	texts_done(place);
	*place = *takes;
	*takes = (struct texts){0};
}

/* The folder is read again every now and then, but what is wrong is said once. */
static bool reread(struct run *run, bool asked)
{
	struct texts faults = {0};
	struct texts remarks = {0};
	bool good = wiring_read(run->wiring, &faults);

	if (asked || !texts_equal(&faults, &run->faults))
		say_faults(run, &faults, good);
	replace_texts(&run->faults, &faults);
	if (!good)
		return false;
	reading_remarks(wiring_desired(run->wiring), &remarks);
	say_remarks(run, &remarks, asked);
	say_folder(run, wiring_desired(run->wiring));
	replace_texts(&run->remarks, &remarks);
	return true;
}

/* Without the socket all else goes on. What was in the way may go, so it is tried each time. */
static void listen_there(struct run *run, bool asked)
{
	struct error e = {0};

	if (control_listen(run->control, wiring_desired(run->wiring)->settings->socket, &e)) {
		if (run->deaf)
			journal_line(run->journal, REPORT_NOTICE, "stackctl can reach us again");
		replace_text(&run->deaf, NULL);
		return;
	}
	if (asked || !text_same(run->deaf, e.text))
		journal_line(run->journal, REPORT_WARNING, "%s: stackctl can't reach us", e.text);
	replace_text(&run->deaf, e.text);
}

static void watch_all(struct run *run)
{
	const struct desired *desired = wiring_desired(run->wiring);

	watch_folders(run->watch, &desired->watched, desired->settings->quiet_time_ms);

	const char *trouble = watch_trouble(run->watch);

	if (trouble)
		journal_line(run->journal, REPORT_WARNING, "%s", trouble);
}

static void on_changed(void *owner)
{
	struct run *run = owner;

	reread(run, false);
	listen_there(run, false);
	watch_all(run);
}

static void on_scan(void *owner)
{
	on_changed(owner);
}

static void on_look(void *owner, const struct overview *overview)
{
	AUTO_DONE(text_done) struct text status = {0};
	struct run *run = owner;

	sentence_status(overview, &status);
	service_status(run->service, text_string(&status));
}

static void on_report(void *owner, const struct report *report)
{
	struct run *run = owner;

	journal_report(run->journal, report);
}

static void on_answer(void *owner, const struct command_answer *answer)
{
	struct run *run = owner;

	control_answer(run->control, answer);
}

static void on_command(void *owner, uint64_t number, const struct command *command)
{
	struct run *run = owner;

	wiring_command(run->wiring, number, command);
}

static void on_overview(void *owner, struct text *out)
{
	struct run *run = owner;

	json_overview(wiring_overview(run->wiring), "", out);
}

static void reload(struct run *run)
{
	service_reloading();
	reread(run, true);
	if (!run->faults.count)
		journal_line(run->journal, REPORT_NOTICE, "settings and manifests were read again");
	listen_there(run, true);
	watch_all(run);
	wiring_reconcile(run->wiring);
	service_ready();
}

static void end(struct run *run)
{
	if (run->ending)
		return;
	run->ending = true;
	signals_close(&run->signals);
	watch_close(run->watch, NULL, NULL);
	service_close(run->service);
	control_close(run->control);
	wiring_close(run->wiring);
}

static void on_signal(void *owner, int number)
{
	struct run *run = owner;

	if (number == SIGHUP) {
		reload(run);
		return;
	}
	service_stopping();
	journal_line(run->journal, REPORT_NOTICE, "stopping; what runs in CloudFormation goes on");
	end(run);
}

/* Ready as soon as signals, changes and manifests are heard; AWS may be out of reach. */
static int start(struct run *run)
{
	const struct watch_options options = {.quiet_limit_ms = QUIET_LIMIT_MS,
		.writing_limit_ms = WRITING_LIMIT_MS,
		.rescan_ms = RESCAN_MS};
	struct error e = {0};

	/* Before the first reading, so that no change falls between the two. */
	run->watch = watch_new(&run->loop, run->arguments->directory, &options, on_changed, run);
	if (!reread(run, true))
		return EXIT_CONFIG;
	if (!wiring_start(run->wiring, &e)) {
		journal_line(run->journal, REPORT_ERR, "%s", e.text);
		return EXIT_FAILURE;
	}

	const struct desired *desired = wiring_desired(run->wiring);

	listen_there(run, true);
	watch_all(run);
	journal_line(run->journal, REPORT_NOTICE, "stackd %s started with %zu stack%s of %s",
		STACKD_VERSION, desired->stack_count, desired->stack_count == 1 ? "" : "s",
		run->arguments->directory);
	service_ready();
	return EXIT_SUCCESS;
}

static struct wiring *make_wiring(struct run *run)
{
	struct wiring_options options = {.arguments = run->arguments,
		.mode = ENGINE_RUN,
		.look_ms = STATUS_DELAY_MS,
		.look = on_look,
		.scan = on_scan,
		.report = on_report,
		.answer = on_answer,
		.owner = run};

	return wiring_new(&run->loop, &options);
}

static struct control *make_control(struct run *run)
{
	struct control_options options = {.group = "stackd",
		.idle_s = CONTROL_IDLE_S,
		.request_ms = CONTROL_REQUEST_MS,
		.answer_ms = CONTROL_ANSWER_MS,
		.overview = on_overview,
		.command = on_command,
		.owner = run};

	return control_new(&run->loop, &options);
}

int run(const struct arguments *arguments)
{
	struct run run = {.arguments = arguments};

	uv_loop_init(&run.loop);
	run.journal = journal_new(journal_target_of(2), JOURNAL_SOCKET, 2);
	signals_init(&run.signals, &run.loop, true, on_signal, &run);
	run.service = service_new(&run.loop);
	run.wiring = make_wiring(&run);
	run.control = make_control(&run);

	int status = start(&run);

	if (status != EXIT_SUCCESS)
		end(&run);
	uv_run(&run.loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&run.loop) != 0)
		journal_line(run.journal, REPORT_ERR, "a handle was left open");
	texts_done(&run.faults);
	texts_done(&run.remarks);
	free(run.deaf);
	journal_free(run.journal);
	return status;
}
