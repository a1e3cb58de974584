/* What a service tells systemd, and the sign of life it asks for. Silent where nobody listens
 * ($NOTIFY_SOCKET). */
#pragma once

#include <uv.h>

struct service;

/* Starts to feed the watchdog, where there is one, at half of its time. */
struct service *service_new(uv_loop_t *loop);
void service_close(struct service *service); /* freed by the loop */

void service_reloading(void);
void service_ready(void);
void service_stopping(void);
void service_status(struct service *service, const char *text); /* said where it has changed */
