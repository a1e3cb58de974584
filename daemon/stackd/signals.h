/* The signals that mean something to stackd, on a loop. */
#pragma once

#include <stdbool.h>
#include <uv.h>

struct signals {
	uv_signal_t hangup, interrupt, terminate;
	void (*told)(void *owner, int number);
	void *owner;
	bool reloads;
};

/* SIGINT and SIGTERM, and SIGHUP where `reloads`, are told from the loop from now on. Embedded:
 * signals_close() comes before the loop's last turn, and the memory stays until after it. */
void signals_init(struct signals *signals, uv_loop_t *loop, bool reloads,
	void (*told)(void *owner, int number), void *owner);
void signals_close(struct signals *signals);
