#include "aws/fault.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { MESSAGE_SIZE = 512 };

typedef bool says(const char *message);

static bool says_skew(const char *message)
{
	return text_starts(message, "Signature expired") ||
	       text_starts(message, "Signature not yet current");
}

static bool says_no_stack(const char *message)
{
	return (text_starts(message, "Stack ") || text_starts(message, "Stack:")) &&
	       text_ends(message, "does not exist");
}

static bool says_no_updates(const char *message)
{
	return strcmp(message, "No updates are to be performed.") == 0;
}

/* The word behind `before`, in a sentence about a stack. False: it says something else. */
static bool status_behind(
	const char *message, const char *before, const char *behind, enum stack_status *status)
{
	bool stack = text_starts(message, "Stack:") || text_starts(message, "Stack [");
	const char *start = stack ? strstr(message, before) : NULL;

	if (!start)
		return false;
	start += strlen(before);
	size_t length = strspn(start, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

	if (!length || !text_starts(start + length, behind))
		return false;
	AUTO(free_text) char *name = xstrndup(start, length);

	*status = stack_status_from(name);
	return true;
}

/* "Stack:<arn> is in <STATUS> state and can not be updated.", "Stack [<arn>] cannot be deleted
 * while in status <STATUS>". What ContinueUpdateRollback says is not recorded; it is taken to begin
 * like the first. */
static bool refused_status(const char *message, enum stack_status *status)
{
	return status_behind(message, " is in ", " state", status) ||
	       status_behind(message, " cannot be deleted while in status ", "", status);
}

static bool says_moving(const char *message)
{
	enum stack_status status;

	return refused_status(message, &status) && !stack_status_settled(status);
}

static bool says_settled(const char *message)
{
	enum stack_status status;

	return refused_status(message, &status) && stack_status_settled(status);
}

static bool says_created_again(const char *message)
{
	return strstr(message, "already exists and cannot be created again") != NULL;
}

static bool says_in_progress(const char *message)
{
	return strstr(message, "currently in progress") != NULL;
}

struct rule {
	const char *codes; /* each between blanks; NULL: any */
	says *says;        /* NULL: whatever it says */
	int status;        /* 0: any */
	enum reply_code reply;
	enum error_kind kind;
	bool scope_wide;
	const char *hint; /* goes before the text; NULL: AWS says it well itself */
};

#define EXPIRED " ExpiredToken ExpiredTokenException "
#define UNKNOWN_KEY " InvalidClientTokenId UnrecognizedClientException UnrecognizedClient "
#define ACCESS_DENIED " AccessDenied AccessDeniedException NotAuthorized "

static const char throttles[] =
	" Throttling ThrottlingException RequestLimitExceeded TooManyRequestsException SlowDown ";

/* The order matters: the first that fits is it. */
static const struct rule rules[] = {
	{" SignatureDoesNotMatch ", says_skew, 403, REPLY_ERROR, ERROR_DENIED, true,
		"the clocks differ"},
	{" RequestExpired RequestTimeTooSkewed ", NULL, 0, REPLY_ERROR, ERROR_DENIED, true,
		"the clocks differ"},
	{EXPIRED, NULL, 0, REPLY_ERROR, ERROR_DENIED, true, "the credentials have expired"},
	{ACCESS_DENIED, NULL, 0, REPLY_ERROR, ERROR_DENIED, false, NULL},
	{UNKNOWN_KEY, NULL, 0, REPLY_ERROR, ERROR_DENIED, true,
		"AWS does not accept the credentials"},
	{" MissingAuthenticationToken IncompleteSignature ", NULL, 0, REPLY_ERROR, ERROR_DENIED,
		true, "AWS does not accept the signature"},
	{NULL, NULL, 403, REPLY_ERROR, ERROR_DENIED, true, NULL},
	{" ValidationError ", says_no_stack, 0, REPLY_NO_STACK, ERROR_REFUSED, false, NULL},
	{" ValidationError ", says_no_updates, 0, REPLY_NO_CHANGE, ERROR_REFUSED, false, NULL},
	{" ValidationError ", says_moving, 0, REPLY_BUSY, ERROR_TRANSIENT, false, NULL},
	{" ValidationError ", says_settled, 0, REPLY_NOT_UPDATABLE, ERROR_REFUSED, false, NULL},
	{" AlreadyExistsException ", NULL, 0, REPLY_EXISTS, ERROR_REFUSED, false, NULL},
	{" ValidationError ", says_created_again, 0, REPLY_EXISTS, ERROR_REFUSED, false, NULL},
	{" TokenAlreadyExistsException ", NULL, 0, REPLY_TOKEN_EXISTS, ERROR_REFUSED, false, NULL},
	{" InvalidChangeSetStatus InvalidChangeSetStatusException ", says_in_progress, 0,
		REPLY_BUSY, ERROR_TRANSIENT, false, NULL},
	{" InvalidChangeSetStatus InvalidChangeSetStatusException ", NULL, 0,
		REPLY_CHANGE_SET_STATUS, ERROR_REFUSED, false, NULL},
	{" ChangeSetNotFound ChangeSetNotFoundException ", NULL, 0, REPLY_NO_CHANGE_SET,
		ERROR_REFUSED, false, NULL},
	{" LimitExceededException ", NULL, 0, REPLY_ERROR, ERROR_QUOTA, false,
		"a quota of the account is used up"},
	{NULL, NULL, 0, REPLY_ERROR, ERROR_REFUSED, false, NULL},
};

static bool listed(const char *codes, const char *code)
{
	AUTO(free_text) char *between = xasprintf(" %s ", code);

	return strchr(code, ' ') == NULL && *code && strstr(codes, between) != NULL;
}

static const struct rule *rule_for(int status, const char *code, const char *message)
{
	static const struct rule overload = {
		NULL, NULL, 0, REPLY_ERROR, ERROR_THROTTLED, true, "too many calls"};
	static const struct rule failure = {
		NULL, NULL, 0, REPLY_ERROR, ERROR_TRANSIENT, true, NULL};

	if (fault_is_overload(status) || listed(throttles, code))
		return &overload;
	if (status >= 500)
		return &failure;
	for (size_t i = 0; i < COUNT(rules) - 1; i++)
		if ((!rules[i].codes || listed(rules[i].codes, code)) &&
			(!rules[i].status || rules[i].status == status) &&
			(!rules[i].says || rules[i].says(message)))
			return &rules[i];
	return &rules[COUNT(rules) - 1];
}

bool fault_is_overload(int http_status)
{
	return http_status == 429 || http_status == 503;
}

bool fault_is_skew(const char *code, const char *message)
{
	return (strcmp(code, "SignatureDoesNotMatch") == 0 && says_skew(message)) ||
	       listed(" RequestExpired RequestTimeTooSkewed ", code);
}

bool fault_is_stale_key(const char *code)
{
	return listed(EXPIRED UNKNOWN_KEY, code);
}

void fault_tidy(const char *text, char *out, size_t size)
{
	size_t length = 0;
	bool blank = true; /* none at the beginning */

	for (; *text && length + 1 < size; text++) {
		unsigned char c = (unsigned char)*text;
		/* U+0080 to U+009F are control characters, too. */
		bool second = c == 0xc2 && (unsigned char)text[1] < 0xa0;
		bool control = c <= ' ' || c == 0x7f || second;

		text += second && text[1];
		if (!control || !blank)
			out[length++] = control ? ' ' : (char)c;
		blank = control;
	}
	if (*text && size > 3) {
		length = length > size - 4 ? size - 4 : length;
		while (length && ((unsigned char)out[length] & 0xc0) == 0x80)
			length--;
		memcpy(out + length, "...", 3);
		length += 3;
	}
	while (length && out[length - 1] == ' ')
		length--;
	out[length] = '\0';
}

/* "1 validation error detected: Value '<all of the template>' at 'templateBody' failed ...": what
 * is between the quotes goes, up to the last value's end, because a value may hold quotes. */
static char *without_echo(const char *message)
{
	static const char open[] = "Value '";
	static const char close[] = "' at '";
	const char *start = strstr(message, open);
	const char *end = NULL;

	for (const char *next = start; next && (next = strstr(next, close)) != NULL; next++)
		end = next;
	if (start && end)
		return xasprintf("%.*sthe value%s", (int)(start - message), message, end + 1);
	/* Some services print what they signed; that has the session token in it. */
	const char *canonical = strstr(message, "The Canonical String");

	if (!start && !canonical)
		return xstrdup(message);
	const char *from = start && (!canonical || start < canonical) ? start : canonical;

	return xasprintf("%.*s...", (int)(from - message), message);
}

/* "... is not authorized to perform: iam:PassRole on resource: ..." */
static char *missing_permission(enum call_kind kind, const char *message)
{
	static const char before[] = "is not authorized to perform: ";
	const char *start = strstr(message, before);
	size_t length = start ? strcspn(start + strlen(before), " \t\n") : 0;

	if (length && length < 128)
		return xasprintf("permission %.*s is missing", (int)length, start + strlen(before));
	return xasprintf("a permission for %s is missing", call_kind_name(kind));
}

void fault_sort(enum call_kind kind, int http_status, const char *code, const char *message,
	struct reply *reply)
{
	const struct rule *rule = rule_for(http_status, code, message);
	AUTO(free_text) char *plain = without_echo(message);
	char line[MESSAGE_SIZE];

	fault_tidy(code, reply->aws_code, sizeof(reply->aws_code));
	fault_tidy(plain, line, sizeof(line));
	reply->code = rule->reply;
	reply->scope_wide = rule->scope_wide;
	error_set(&reply->error, rule->kind, "%s%s%s", reply->aws_code, *line ? ": " : "", line);
	if (rule->kind == ERROR_DENIED && listed(ACCESS_DENIED, code)) {
		AUTO(free_text) char *permission = missing_permission(kind, message);
		char tidy[160];

		fault_tidy(permission, tidy, sizeof(tidy));
		error_context(&reply->error, "%s", tidy);
	} else if (rule->hint) {
		error_context(&reply->error, "%s", rule->hint);
	}
}
