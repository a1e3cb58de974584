#include "aws/sigv4.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <dirent.h>

#include <cmocka.h>

#include "aws/query.h"
#include "base/calendar.h"
#include "base/digest.h"
#include "base/document.h"
#include "base/memory.h"
#include "base/text.h"
#include "support.h"

#define SUITE "../shared/sigv4" /* AWS's published cases, read where they are */

static const struct sigv4_keys example = {
	"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", NULL};

/* --- AWS's suite --- */

struct suite_request {
	char *bytes; /* the others point into it */
	char *method, *path, *query, *body;
	struct pairs fields, headers;
};

static char *cut_at(char *text, const char *at)
{
	char *found = text ? strstr(text, at) : NULL;

	if (!found)
		return NULL;
	*found = '\0';
	return found + strlen(at);
}

static char *case_file(const char *name, const char *file)
{
	AUTO(free_text) char *path = xasprintf(SUITE "/%s/%s", name, file);
	size_t length;

	return project_file(path, &length);
}

static void parse_query(struct suite_request *request)
{
	for (char *field = request->query; field && *field;) {
		char *next = cut_at(field, "&");
		char *value = cut_at(field, "=");

		pairs_add(&request->fields, field, value ? value : "");
		field = next;
	}
}

static struct suite_request read_request(const char *name)
{
	struct suite_request request = {.bytes = case_file(name, "request.txt")};
	char *line = request.bytes;

	request.body = cut_at(line, "\n\n");
	char *next = cut_at(line, "\n");

	request.method = line;
	request.path = cut_at(line, " ");
	cut_at(request.path, " HTTP/1.1");
	request.query = cut_at(request.path, "?");
	parse_query(&request);
	for (line = next; line && *line; line = next) {
		next = cut_at(line, "\n");
		char *value = cut_at(line, ":");

		pairs_add(&request.headers, line, value);
	}
	return request;
}

static const char *member(const struct node *map, const char *name)
{
	const struct node *node = node_get(map, name);

	return node ? node->text : NULL;
}

static void expect_stage(const char *name, const char *file, const char *actual)
{
	AUTO(free_text) char *expected = case_file(name, file);

	if (strcmp(actual, expected) != 0)
		fail_msg("%s, %s:\n%s\nis expected to be\n%s", name, file, actual, expected);
}

static void expect_signed(const char *name, const struct pairs *headers)
{
	AUTO(free_text) char *whole = case_file(name, "header-signed-request.txt");
	AUTO(free_text)
	char *line = xasprintf("\nAuthorization:%s\n", pairs_get(headers, "Authorization"));

	if (!strstr(whole, line))
		fail_msg("%s, header-signed-request.txt: no %s", name, line);
}

static void sign_case(const char *name)
{
	AUTO(free_text) char *json = case_file(name, "context.json");
	AUTO(node_free) struct node *context = document_json(json, strlen(json), NULL, NULL);
	const struct node *credentials = node_get(context, "credentials");
	bool omit = node_is(node_get(context, "omit_session_token"), "true");
	struct suite_request in = read_request(name);
	struct sigv4_keys keys = {member(credentials, "access_key_id"),
		member(credentials, "secret_access_key"),
		omit ? NULL : member(credentials, "token")};
	struct sigv4_request request = {.method = in.method,
		.path = in.path,
		.query = &in.fields,
		.body = in.body,
		.body_length = in.body ? strlen(in.body) : 0,
		.region = member(context, "region"),
		.service = member(context, "service")};
	struct sigv4_stages stages;

	assert_true(calendar_read(
		"%Y-%M-%DT%h:%m:%sZ", member(context, "timestamp"), &request.wall_ms, NULL));
	if (node_is(node_get(context, "sign_body"), "true")) {
		struct digest digest = digest_of(in.body, request.body_length);
		char hex[DIGEST_HEX_SIZE];

		digest_hex(&digest, hex, DIGEST_HEX_SIZE - 1);
		pairs_add(&in.headers, "x-amz-content-sha256", hex);
	}
	sigv4_sign(&keys, &request, &in.headers, &stages);
	expect_stage(name, "header-canonical-request.txt", stages.canonical);
	expect_stage(name, "header-string-to-sign.txt", stages.to_sign);
	expect_stage(name, "header-signature.txt", stages.signature);
	expect_signed(name, &in.headers);
	sigv4_stages_done(&stages);
	pairs_done(&in.headers);
	pairs_done(&in.fields);
	free(in.bytes);
}

static void test_the_published_cases(void **state)
{
	const char *root = getenv("PROJECT_ROOT");
	char path[PATH_MAX]; /* not allocated: skip() does not come back */
	size_t cases = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/" SUITE, root ? root : ".");

	DIR *folder = opendir(path);

	if (!folder) {
		print_message("# skipped: no published SigV4 cases at %s\n", path);
		skip();
		return;
	}
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		if (entry->d_name[0] != '.') {
			sign_case(entry->d_name);
			cases++;
		}
	closedir(folder);
	assert_true(cases >= 14);
}

/* --- our own requests, signed by botocore 1.29 for comparison --- */

struct row {
	const char *sentence;
	const char *host, *path, *body, *region, *service, *token;
	const char *headers, *signature;
};

#define SWEEP "Action=DescribeStacks&Version=2010-05-15"
#define PLAIN "content-type;host;x-amz-date"

static const struct row rows[] = {
	{"a sweep", "cloudformation.eu-west-1.amazonaws.com", "/", SWEEP, "eu-west-1",
		"cloudformation", NULL, PLAIN,
		"4902d732186168a170ffd96332849c705e9160008a6b20c739d3297c7dae32de"},
	{"a session token is signed along", "cloudformation.eu-west-1.amazonaws.com", "/", SWEEP,
		"eu-west-1", "cloudformation",
		"FwoGZXIvYXdz//////////wEaDA+/=", PLAIN ";x-amz-security-token",
		"c27a9074f0c2c42d5cef4636c3250e7dd05ad2349beb95b8658c3c9d2f88e398"},
	{"a port is part of the host", "127.0.0.1:4566", "/",
		"Action=CreateStack&Version=2010-05-15&StackName=web&TemplateBody=%7B%22A%22%3A%"
		"201%7D",
		"us-east-1", "cloudformation", NULL, PLAIN,
		"b5abd7d32cf8ab67ded06d8c2fd1e05b5936d53866652a7e14a674a4ea3e68f6"},
	{"STS in another partition", "sts.cn-north-1.amazonaws.com.cn", "/",
		"Action=GetCallerIdentity&Version=2011-06-15", "cn-north-1", "sts", "tok",
		PLAIN ";x-amz-security-token",
		"61ed32112a70e79e0d6fb85fb0c66ab39ec8d302532b76c797d5a71c9f16a14e"},
	{"an endpoint with a path, and no body", "localhost:8000", "/cfn/", "", "eu-west-1",
		"cloudformation", NULL, PLAIN,
		"2ebc53d2ee384c94db1b84a92e1bf3ac8e8b70d97e56c9a40105f11b1356f2fe"},
};

static void test_our_own_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct sigv4_keys keys = {example.access_key, example.secret_key, row->token};
		struct sigv4_request request = {.method = "POST",
			.path = row->path,
			.body = row->body,
			.body_length = strlen(row->body),
			.region = row->region,
			.service = row->service,
			.wall_ms = 1772600767000};
		AUTO_DONE(pairs_done) struct pairs headers = {0};
		AUTO(free_text)
		char *expected = xasprintf(
			"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/%s/%s/aws4_request, "
			"SignedHeaders=%s, Signature=%s",
			row->region, row->service, row->headers, row->signature);

		pairs_add(&headers, "Host", row->host);
		pairs_add(&headers, "Content-Type", QUERY_CONTENT_TYPE);
		sigv4_sign(&keys, &request, &headers, NULL);
		const char *actual = pairs_get(&headers, "Authorization");

		if (strcmp(actual, expected) != 0)
			fail_msg("%s:\n%s\nis expected to be\n%s", row->sentence, actual, expected);
		assert_string_equal(pairs_get(&headers, "X-Amz-Date"), "20260304T050607Z");
		assert_int_equal(pairs_has(&headers, "X-Amz-Security-Token"), row->token != NULL);
	}
}

static void test_values_of_one_header_are_joined(void **state)
{
	struct sigv4_request request = {
		.method = "GET", .path = "/", .region = "r", .service = "s"};
	AUTO_DONE(pairs_done) struct pairs headers = {0};
	struct sigv4_stages stages;

	(void)state;
	pairs_add(&headers, "My-Header", "  b ");
	pairs_add(&headers, "Host", "h");
	pairs_add(&headers, "my-header", "a \t c");
	sigv4_sign(&example, &request, &headers, &stages);
	assert_non_null(strstr(stages.canonical,
		"\nhost:h\nmy-header:b,a c\nx-amz-date:19700101T000000Z\n\n"
		"host;my-header;x-amz-date\n"));
	sigv4_stages_done(&stages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_published_cases),
		cmocka_unit_test(test_our_own_requests),
		cmocka_unit_test(test_values_of_one_header_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
