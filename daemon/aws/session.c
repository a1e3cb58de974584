#include "aws/session.h"

#include <string.h>

#include "aws/fault.h"
#include "aws/members.h"
#include "base/calendar.h"
#include "base/memory.h"

/* AWS bears some minutes. With less between the times, another time can't be what helps. */
enum { LEAST_SKEW_MS = 30 * 1000 };

struct session_item {
	struct session_item *next;
	char *host;
	struct session session;
};

struct session *sessions_get(struct sessions *sessions, const char *host)
{
	struct session_item *item = sessions->first;

	while (item && strcmp(item->host, host) != 0)
		item = item->next;
	if (!item) {
		item = xcalloc(1, sizeof(*item));
		item->host = xstrdup(host);
		item->next = sessions->first;
		sessions->first = item;
	}
	return &item->session;
}

void sessions_done(struct sessions *sessions)
{
	struct session_item *item;

	while ((item = sessions->first)) {
		sessions->first = item->next;
		free(item->host);
		free(item);
	}
}

uint64_t session_wall_ms(const struct session *session, uint64_t wall_ms)
{
	if (session->offset_ms < 0 && (uint64_t)-session->offset_ms > wall_ms)
		return 0;
	return wall_ms + (uint64_t)session->offset_ms;
}

/* "Signature expired: <ours> is now earlier than <least> (<its own> - 5 min.)": the one that judges
 * knows its time best; who passes the answer on may have written the Date. */
static bool server_time(const char *message, const char *date, uint64_t *ms)
{
	const char *bracket = strrchr(message, '(');

	return (bracket && calendar_read(CALENDAR_BASIC, bracket + 1, ms, NULL)) ||
	       (date && calendar_read(CALENDAR_HTTP, date, ms, NULL));
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

bool session_skew(struct session *session, const char *code, const char *message, const char *date,
	uint64_t signed_ms, uint64_t wall_ms)
{
	uint64_t server_ms;

	if (!fault_is_skew(code, message) || !server_time(message, date, &server_ms))
		return false;
	session->offset_ms = (int64_t)(server_ms - wall_ms);
	return distance(server_ms, signed_ms) >= LEAST_SKEW_MS;
}

int64_t session_ahead_ms(const struct session *session, const char *date, uint64_t wall_ms)
{
	uint64_t server_ms;

	if (!date || !calendar_read(CALENDAR_HTTP, date, &server_ms, NULL))
		return session->offset_ms;
	return (int64_t)(server_ms - wall_ms);
}

enum session_next session_decide(struct session *session, enum call_kind kind,
	const struct answer *answer, const struct reply *reply, uint64_t signed_ms,
	uint64_t wall_ms)
{
	struct refusal refusal = {0};
	struct reply unused = {0};
	enum session_next next = SESSION_RENEW;

	/* Denied for one stack is a matter of permissions, which other keys of the same source
	 * would not have either. */
	if (reply->error.kind != ERROR_DENIED || !reply->scope_wide || reply->effect != EFFECT_NONE)
		return SESSION_DELIVER;
	if (members_read(kind, answer->body, answer->length, &unused, &refusal, NULL) &&
		refusal.code) {
		const char *message = refusal.message ? refusal.message : "";

		if (fault_is_skew(refusal.code, message))
			next = session_skew(session, refusal.code, message, answer->date, signed_ms,
				       wall_ms)
				       ? SESSION_RESEND
				       : SESSION_DELIVER;
	}
	reply_done(&unused);
	refusal_done(&refusal);
	return next;
}
