#include "stackd/signals.h"

#include <signal.h>

static void on_signal(uv_signal_t *handle, int number)
{
	struct signals *signals = handle->data;

	signals->told(signals->owner, number);
}

static void begin(struct signals *signals, uv_loop_t *loop, uv_signal_t *handle, int number)
{
	uv_signal_init(loop, handle);
	handle->data = signals;
	uv_signal_start(handle, on_signal, number);
}

void signals_init(struct signals *signals, uv_loop_t *loop, bool reloads,
	void (*told)(void *owner, int number), void *owner)
{
	*signals = (struct signals){.told = told, .owner = owner, .reloads = reloads};
	begin(signals, loop, &signals->interrupt, SIGINT);
	begin(signals, loop, &signals->terminate, SIGTERM);
	if (reloads)
		begin(signals, loop, &signals->hangup, SIGHUP);
}

void signals_close(struct signals *signals)
{
	uv_close((uv_handle_t *)&signals->interrupt, NULL);
	uv_close((uv_handle_t *)&signals->terminate, NULL);
	if (signals->reloads)
		uv_close((uv_handle_t *)&signals->hangup, NULL);
}
