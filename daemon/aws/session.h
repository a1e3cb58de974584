/* What is learned from refusals of the credentials or the clock, and whether one resend may help. A
 * request that AWS itself has refused took no effect, so that it may be sent again. */
#pragma once

#include "aws/replies.h"
#include "engine/call.h"

/* One for each host, for each has a clock of its own. Zeroed memory is one that knows nothing. */
struct session {
	int64_t offset_ms; /* the host's clock less ours */
};

/* All of them; zeroed memory has none. */
struct sessions {
	struct session_item *first;
};

/* Made where there is none yet; lives until sessions_done(). */
struct session *sessions_get(struct sessions *sessions, const char *host);
void sessions_done(struct sessions *sessions);

/* The time to sign with. */
uint64_t session_wall_ms(const struct session *session, uint64_t wall_ms);

/* A refusal for the clock, by its code and message, and the Date of the answer (NULL: none): true
 * where another time was learned with which the same may go well. */
bool session_skew(struct session *session, const char *code, const char *message, const char *date,
	uint64_t signed_ms, uint64_t wall_ms);

/* How far the host's clock is ahead of ours: by the Date of its answer (NULL: none), else as was
 * learned. For what it says of times. */
int64_t session_ahead_ms(const struct session *session, const char *date, uint64_t wall_ms);

enum session_next {
	SESSION_DELIVER, /* the reply is what it is */
	SESSION_RESEND,  /* signed again, with the time that was learned */
	SESSION_RENEW,   /* read the credentials anew; sent again only if they have changed */
};

/* After each answer: `signed_ms` is what session_wall_ms() gave for this try, `wall_ms` the time
 * now. A call that was sent again already is not again, whatever this says: that is the caller's to
 * know. */
enum session_next session_decide(struct session *session, enum call_kind kind,
	const struct answer *answer, const struct reply *reply, uint64_t signed_ms,
	uint64_t wall_ms);
