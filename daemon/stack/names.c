#include "stack/names.h"

#include <string.h>

#include "base/text.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

enum {
	ARN_LIMIT = 2048,
	UUID_LENGTH = 36,
	ACCOUNT_LENGTH = 12,
	BUCKET_LEAST = 3,
	BUCKET_LIMIT = 63,
};

static bool is_one_of(char c, const char *characters)
{
	return c && strchr(characters, c);
}

bool stack_name_valid(const char *name)
{
	size_t length = strspn(name, LOWER UPPER DIGITS "-");

	return is_one_of(name[0], LOWER UPPER) && !name[length] && length <= STACK_NAME_LIMIT;
}

bool region_valid(const char *name)
{
	size_t length = strspn(name, LOWER DIGITS "-");
	const char *number = strrchr(name, '-');

	return is_one_of(name[0], LOWER) && !name[length] && length <= REGION_LIMIT &&
	       !strstr(name, "--") && strchr(name, '-') != number && number[1] &&
	       !number[1 + strspn(number + 1, DIGITS)];
}

bool account_valid(const char *id)
{
	return strspn(id, DIGITS) == 12 && !id[12];
}

/* 8-4-4-4-12 hex digits. */
static bool is_uuid(const char *text)
{
	static const size_t groups[] = {8, 4, 4, 4, 12};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (strspn(text, DIGITS "abcdefABCDEF") != groups[i])
			return false;
		text += groups[i];
		if (i < 4 && *text++ != '-')
			return false;
	}
	return !*text;
}

bool stack_set_name(const char *name)
{
	size_t length = strlen(name);

	return text_starts(name, "StackSet-") && length > strlen("StackSet--") + UUID_LENGTH &&
	       name[length - UUID_LENGTH - 1] == '-' && is_uuid(name + length - UUID_LENGTH);
}

bool service_catalog_name(const char *name)
{
	return text_starts(name, "SC-") && strspn(name + 3, DIGITS) == 12 &&
	       text_starts(name + 15, "-pp-");
}

bool arn_valid(const char *arn, const char *service, const char *resource)
{
	const char *fields[5]; /* where each begins, behind "arn:" */

	if (!text_starts(arn, "arn:") || strlen(arn) > ARN_LIMIT || strpbrk(arn, " \t\n\r"))
		return false;
	for (size_t i = 0; i < 5; i++) {
		arn = strchr(arn, ':');
		if (!arn)
			return false;
		fields[i] = ++arn;
	}
	size_t length = strlen(service);

	return text_starts(fields[0], "aws") && text_starts(fields[1], service) &&
	       fields[1][length] == ':' && strspn(fields[3], DIGITS) == 12 &&
	       fields[3][12] == ':' && text_starts(fields[4], resource) &&
	       fields[4][strlen(resource)];
}

char *arn_account(const char *arn)
{
	for (size_t colons = 0; arn && colons < 4; colons++) {
		arn = strchr(arn, ':');
		arn = arn ? arn + 1 : NULL;
	}
	return arn ? xstrndup(arn, strnlen(arn, ACCOUNT_LENGTH)) : NULL;
}

char *stack_key(const char *assume_role_arn, const char *region, const char *name)
{
	AUTO(free_text) char *account = arn_account(assume_role_arn);

	return xasprintf("%s%s%s/%s", account ? account : "", account ? "/" : "", region, name);
}

static bool is_address(const char *name)
{
	size_t dots = 0;

	for (const char *c = name; *c; c++)
		dots += *c == '.';
	return dots == 3 && !name[strspn(name, DIGITS ".")];
}

bool bucket_valid(const char *name)
{
	/* AWS keeps these for what is no plain bucket. */
	static const char *const begins[] = {"xn--", "sthree-", "amzn-s3-demo-"};
	static const char *const ends[] = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};
	size_t length = strlen(name);

	if (length < BUCKET_LEAST || length > BUCKET_LIMIT || name[strspn(name, LOWER DIGITS ".-")])
		return false;
	for (size_t i = 0; i < COUNT(begins); i++)
		if (text_starts(name, begins[i]))
			return false;
	for (size_t i = 0; i < COUNT(ends); i++)
		if (text_ends(name, ends[i]))
			return false;
	return is_one_of(name[0], LOWER DIGITS) && is_one_of(name[length - 1], LOWER DIGITS) &&
	       !strstr(name, "..") && !is_address(name);
}

char *bucket_fill(const char *pattern, const char *account, const char *region)
{
	struct text out = {0};

	while (*pattern) {
		if (text_starts(pattern, "{account}")) {
			text_add(&out, account);
			pattern += strlen("{account}");
		} else if (text_starts(pattern, "{region}")) {
			text_add(&out, region);
			pattern += strlen("{region}");
		} else {
			text_add_char(&out, *pattern++);
		}
	}
	return text_take(&out);
}

struct shown shown(const char *text)
{
	struct shown shown;
	size_t length = 0;

	for (size_t i = 0; i < SHOWN_LIMIT && *text; i++) {
		unsigned char c = (unsigned char)*text;

		shown.text[length++] = c < 0x20 || c == 0x7f ? ' ' : *text;
		text++;
		while (((unsigned char)*text & 0xc0) == 0x80 && length < SHOWN_LIMIT * 4)
			shown.text[length++] = *text++;
	}
	memcpy(shown.text + length, *text ? "..." : "", *text ? 4 : 1);
	return shown;
}
