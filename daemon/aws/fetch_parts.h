/* The inside of a fetch, and its parts: one for each kind of source. For fetch*.c only. */
#pragma once

#include "aws/fetch.h"

enum {
	FETCH_TOKEN_LIMIT = 20000, /* of a web identity, as STS takes it */
	FETCH_ANSWER_LIMIT = 64 * 1024,
};

enum fetch_state {
	FETCH_PROGRAM,
	FETCH_IDENTITY_FILE,  /* the web identity's token */
	FETCH_IDENTITY,       /* its role */
	FETCH_CONTAINER_FILE, /* the token for the container's endpoint */
	FETCH_CONTAINER,
	FETCH_METADATA_TOKEN,
	FETCH_METADATA_ROLE,
	FETCH_METADATA_KEYS,
	FETCH_HOP, /* the next role of the recipe */
	FETCH_END,
};

struct fetch {
	const struct recipe *recipe;
	char *session_name;
	enum fetch_state state;
	unsigned attempt;       /* of this state, from 0 */
	struct fetch_step step; /* points to what follows */
	struct pairs headers;
	struct text form;
	char *url;
	char *metadata_token;
	char *role;     /* the instance's */
	bool new_token; /* the metadata's was refused once already */
	size_t hop;     /* of the recipe: to be assumed next */
	bool anew;      /* the keys for a hop were refused once already */
	struct credentials keys;
	uint64_t expires_ms;
	struct error why;
};

/* Enters a state: its first try. */
void fetch_enter(struct fetch *fetch, enum fetch_state state);

/* The same request once more, after a pause. */
void fetch_again(struct fetch *fetch, uint64_t delay_ms);

/* The error's text gets what the recipe says it is about in front. */
void fetch_fail(struct fetch *fetch, const struct error *why);

/* Keys are there: on to the roles, or to the end. They must not have expired by `wall_ms`. */
void fetch_keys(
	struct fetch *fetch, struct credentials *takes, uint64_t expires_ms, uint64_t wall_ms);

/* A GET of fetch->url, or what `method` says. */
void fetch_request(struct fetch *fetch, const char *method, uint64_t timeout_ms);

void fetch_process_begin(struct fetch *fetch);
void fetch_process(struct fetch *fetch, const struct fetch_event *event);
void fetch_identity_begin(struct fetch *fetch);
void fetch_identity(struct fetch *fetch, const struct fetch_event *event);
void fetch_container_begin(struct fetch *fetch);
void fetch_container(struct fetch *fetch, const struct fetch_event *event);
void fetch_metadata_begin(struct fetch *fetch);
void fetch_metadata(struct fetch *fetch, const struct fetch_event *event);
void fetch_hop_begin(struct fetch *fetch);

/* An answer of STS, for both ways to a role. */
void fetch_sts(struct fetch *fetch, const struct fetch_event *event);
