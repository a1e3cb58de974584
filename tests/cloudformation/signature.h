/* Checks the signature (version 4) of a request, from its bytes: canonicalises and signs again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloudformation/model.h"

/* What the Authorization header says, before anything is checked. */
struct signature {
	char access_key[128];
	char date[9]; /* 20260807 */
	char region[64];
	char service[64];
	char signed_headers[512];
	char signature[65];
};

/* False: the header is not there or cannot be read. */
bool signature_read(const struct model_request *request, struct signature *out);

struct signature_check {
	const char *secret_key;
	const char *session_token; /* NULL: none may be sent */
	const char *service;       /* that the action belongs to */
	const char *content_hash;  /* that was signed; NULL: the body's */
	uint64_t now_ms;           /* the server's clock */
	uint64_t behind_ms, ahead_ms;
};

struct refusal {
	int status;
	const char *code;
	char text[ERROR_TEXT_SIZE];
};

/* False with the refusal that the service would send. */
bool signature_check(const struct model_request *request, const struct signature *signature,
	const struct signature_check *check, struct refusal *refusal);

const char *header_value(const struct model_request *request, const char *name); /* NULL: none */
bool refuse_as(struct refusal *refusal, int status, const char *code, const char *format, ...)
	FORMAT(4, 5); /* returns false */
