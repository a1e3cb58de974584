#include "io/service.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "base/memory.h"

struct service {
	uv_timer_t watchdog;
	char *status;
};

static void feed(uv_timer_t *timer)
{
	(void)timer;
	sd_notify(0, "WATCHDOG=1");
}

struct service *service_new(uv_loop_t *loop)
{
	struct service *service = xcalloc(1, sizeof(*service));
	uint64_t limit_us = 0;

	uv_timer_init(loop, &service->watchdog);
	uv_unref((uv_handle_t *)&service->watchdog);
	if (sd_watchdog_enabled(0, &limit_us) > 0) {
		uint64_t half_ms = limit_us / 2000 ? limit_us / 2000 : 1;

		uv_timer_start(&service->watchdog, feed, 0, half_ms);
	}
	return service;
}

static void on_closed(uv_handle_t *handle)
{
	struct service *service = handle->data;

	free(service->status);
	free(service);
}

void service_close(struct service *service)
{
	if (!service)
		return;
	service->watchdog.data = service;
	uv_close((uv_handle_t *)&service->watchdog, on_closed);
}

void service_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		(uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

void service_ready(void)
{
	sd_notify(0, "READY=1");
}

void service_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void service_status(struct service *service, const char *text)
{
	if (service->status && strcmp(service->status, text) == 0)
		return;
	replace_text(&service->status, text);
	sd_notifyf(0, "STATUS=%s", text);
}
