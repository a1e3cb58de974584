/* Calls on their way, each from the keys it needs to its one answer. For cloudformation*.c only. */
#pragma once

#include "aws/upload.h"
#include "io/cloudformation.h"
#include "io/credentials.h"
#include "io/sender.h"

enum job_state {
	JOB_WAITS,  /* for keys */
	JOB_ASKS,   /* waits until it is known whose keys these are */
	JOB_SENT,   /* waits for AWS */
	JOB_RENEWS, /* AWS refused the keys; waits for others, and has the refusal meanwhile */
	JOB_LOST,   /* its answer is due, and says that nothing was sent */
	JOB_KEPT,   /* its answer is due: the refusal */
};

struct job {
	struct cloudformation *client;
	struct job *previous, *next;
	uint64_t id;
	enum call_kind kind;
	char *region;
	struct identity *identity;
	struct text form; /* of CALL_UPLOAD_TEMPLATE: the template */
	struct upload upload;
	cloudformation_done *done;
	void *owner;
	enum job_state state;
	bool again; /* sent for the second time: there is no third */
	bool alone; /* what is wrong concerns none of the other calls */
	struct error why;
	struct reply kept;
	struct http_transfer *transfer; /* while sent */
	struct credentials keys;        /* of this try */
	struct session *session;        /* likewise */
	uint64_t signed_ms;
};

struct cloudformation {
	struct sender sender;
	struct keeper *keeper;
	uv_timer_t due; /* fires where an answer must not be given at once */
	struct pairs environment;
	struct texts allowed_accounts;
	struct job *jobs, *last;
	size_t handles; /* not closed yet */
	void (*closed)(void *owner);
	void *owner;
};

struct job *job_new(struct cloudformation *client, enum call_kind kind, const char *region,
	struct identity *identity);
void job_free(struct job *job); /* nobody is told */

/* With the keys and the endpoint as they are now, for each try. */
void job_begin(struct job *job);

/* An identity's keys have changed, or there are none (identities_changed). */
void jobs_look(struct cloudformation *client, struct identity *identity, const struct error *error);
