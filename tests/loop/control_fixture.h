/* A control socket on a real loop, and clients in processes of their own, which may be anybody. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <uv.h>

#include "base/text.h"
#include "io/control.h"

enum { NOBODY = 65534 };

/* A group that every Debian has, in the place of ours. */
#define GROUP "games"

struct client {
	uid_t user;
	gid_t group, other_group;
	const char *bytes; /* to send */
	size_t length;     /* of them; 0: up to the NUL */
	unsigned hold_ms;  /* before the sending side ends */
	unsigned gap_ms;   /* between bytes; 0: all at once */
	bool leave;        /* without waiting for a reply */
};

struct bench {
	uv_loop_t loop;
	struct control *control;
	char *folder, *path;
	/* What control asked for. */
	struct command command; /* the last one; its texts are below */
	char *stack, *text, *giver;
	uint64_t number;
	unsigned commands;
	/* What it gets: the answer after a while (0: from inside; UINT64_MAX: never). */
	uint64_t answer_ms;
	enum answer_code code;
	uv_timer_t answer_timer, ceiling;
	size_t running; /* clients */
};

/* Listens with these limits. */
void bench_init(struct bench *bench, unsigned idle_s, uint64_t request_ms, uint64_t answer_ms);
void bench_done(struct bench *bench);

/* Starts a client; its reply is there after bench_run(). */
struct talk {
	struct bench *bench;
	uv_poll_t poll;
	pid_t process;
	int descriptor;
	struct text reply; /* all that came back; "!..." where it could not connect or read */
	bool ended;
	uint64_t began_ms, took_ms;
};

void talk_start(struct talk *talk, struct bench *bench, const struct client *client);
void talk_done(struct talk *talk);

/* Until every client has ended. */
void bench_run(struct bench *bench);

/* One client from beginning to end; its reply is the caller's. */
char *ask(struct bench *bench, const struct client *client);
