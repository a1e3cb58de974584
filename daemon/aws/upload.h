/* A large template on its way into TemplateBucket=: is the object there already, and if not, here
 * it is. A machine without a world: upload_request() says what to send, upload_reply() what the
 * answer to it means. The object's key tells its content, so that each request may be repeated. */
#pragma once

#include "aws/endpoint.h"
#include "aws/replies.h"
#include "engine/call.h"

/* Zeroed memory is one that upload_done() takes. */
struct upload {
	char *pattern, *object;   /* of the call */
	char *bucket, *account;   /* its name, and whose it has to be */
	struct endpoint place;    /* of the object; its path is what is signed: not encoded */
	char *template_url;       /* the same place, as CloudFormation is told it */
	const struct text *bytes; /* borrowed */
	bool put;                 /* the object is not there: the next request brings it */
};

/* CALL_UPLOAD_TEMPLATE's bucket and object, copied; the body is `bytes`. */
void upload_begin(struct upload *upload, const struct call *call, const struct text *bytes);
void upload_done(struct upload *upload);

/* Where it goes, from the first request on (again): the account is that of the credentials, the
 * endpoints are those of "s3" and "cloudformation". False: ERROR_DENIED, for one stack's edit
 * doesn't mend it. */
bool upload_aim(struct upload *upload, const char *account, const struct endpoint *s3,
	const struct endpoint *cloudformation, struct error *e);

struct upload_request {
	const char *method;
	struct pairs headers;     /* to be signed and sent, Host not among them */
	const struct text *bytes; /* NULL: no body */
};

/* Free it with upload_request_done(). It goes to upload->place. */
void upload_request(const struct upload *upload, struct upload_request *request);
void upload_request_done(struct upload_request *request);

/* What came back of S3; borrowed. */
struct upload_answer {
	struct answer answer;
	const char *bucket_region; /* x-amz-bucket-region; NULL: none */
	int64_t content_length;    /* as the header has it, also without a body; -1: none */
};

/* True: *reply is the call's; it was zeroed before, and the caller frees it. False: the next
 * request is due. Only what is wrong with the credentials is a matter of the whole scope: without
 * the bucket all small templates go on. */
bool upload_reply(struct upload *upload, const struct upload_answer *answer, struct reply *reply);

/* No answer came; see replies_lost(). */
void upload_lost(
	const struct upload *upload, const struct error *why, bool sent, struct reply *reply);
