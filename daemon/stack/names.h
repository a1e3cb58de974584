/* The grammars of names that AWS gives or takes: one place for settings, manifests and references.
 */
#pragma once

#include <stdbool.h>

enum { STACK_NAME_LIMIT = 128, REGION_LIMIT = 32 };

/* On stacks that stackd created: whose they are. */
#define OWNER_TAG "stackd:owner"

bool stack_name_valid(const char *name); /* [A-Za-z][-A-Za-z0-9]*, at most 128 */

/* "eu-west-1", "us-gov-east-1": lower-case words with hyphens between and a number at the end. New
 * regions are no reason for a new stackd. */
bool region_valid(const char *name);

bool account_valid(const char *id); /* 12 digits */

/* Names that only those give: "StackSet-NAME-UUID", "SC-ACCOUNT-pp-...". Others could choose one,
 * too; then stackd leaves a stack alone that it need not, which is the better mistake. */
bool stack_set_name(const char *name);
bool service_catalog_name(const char *name);

/* "arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE" with this service and a resource that begins with
 * `resource`; at most 2,048 characters. */
bool arn_valid(const char *arn, const char *service, const char *resource);

/* What a stack is, as far as it can be told offline: "REGION/NAME" in the daemon's own account,
 * "ACCOUNT/REGION/NAME" in that of the role (an ARN that arn_valid() took; NULL: none). Two roles
 * of one account lead to the same stack. The caller frees it. */
char *stack_key(const char *assume_role_arn, const char *region, const char *name);

/* "123456789012" of a valid ARN; the caller frees it. NULL for NULL. */
char *arn_account(const char *arn);

/* What S3 takes as a bucket's name. */
bool bucket_valid(const char *name);

/* A bucket's name with {account} and {region} filled in; the caller frees it. */
char *bucket_fill(const char *pattern, const char *account, const char *region);

/* `text` for quoting in an error: cut at 64 characters, control characters replaced. */
enum { SHOWN_LIMIT = 64, SHOWN_SIZE = SHOWN_LIMIT * 4 + 4 };
struct shown {
	char text[SHOWN_SIZE];
};
struct shown shown(const char *text);
