#include "model_process.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "scratch.h"

static unsigned read_port(FILE *printed)
{
	char line[128] = "";

	if (!fgets(line, sizeof(line), printed) || !strrchr(line, ':'))
		must(-1, "the model did not start");
	return (unsigned)strtoul(strrchr(line, ':') + 1, NULL, 10);
}

void model_process_start(struct model_process *model)
{
	const char *program = getenv("MODEL"); /* set by meson */
	int ends[2];

	must(program ? 0 : -1, "MODEL");
	must(pipe(ends), "pipe");
	model->pid = fork();
	must(model->pid, "fork");
	if (model->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* also where the test crashes */
		dup2(ends[1], STDOUT_FILENO);
		execl(program, program, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0",
			NULL);
		_exit(EXIT_FAILURE);
	}
	close(ends[1]);
	FILE *printed = fdopen(ends[0], "r");

	model->endpoint = xasprintf("http://127.0.0.1:%u", read_port(printed));
	model->control_port = read_port(printed);
	fclose(printed);
	free(model_control(model, "/scenario",
		"{\"options\": {\"check_signature\": true, \"schedule\": {\"create_ms\": 0, "
		"\"update_ms\": 0, \"change_set_ms\": 0}}, \"accounts\": [{\"access_key\": "
		"\"" MODEL_KEY "\", \"secret_key\": \"" MODEL_SECRET "\", \"account\": "
		"\"" MODEL_ACCOUNT "\"}]}"));
}

void model_process_stop(struct model_process *model)
{
	int status = 0;

	kill(model->pid, SIGTERM);
	must(waitpid(model->pid, &status, 0), "waitpid");
	must(status == 0 ? 0 : -1, "the model did not end well");
	free(model->endpoint);
}

char *model_control(const struct model_process *model, const char *path, const char *body)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)model->control_port)};
	AUTO_DONE(text_done) struct text request = {0};
	AUTO_DONE(text_done) struct text answer = {0};
	char buffer[4096];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd, "socket");
	must(connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect");
	text_format(&request, "%s %s HTTP/1.0\r\nContent-Length: %zu\r\n\r\n%s",
		body ? "POST" : "GET", path, body ? strlen(body) : 0, body ? body : "");
	must((int)write(fd, request.data, request.length), "write");
	for (ssize_t got; (got = read(fd, buffer, sizeof(buffer))) > 0;)
		text_add_bytes(&answer, buffer, (size_t)got);
	close(fd);
	const char *start = strstr(text_string(&answer), "\r\n\r\n");

	if (!strstr(text_string(&answer), " 200 OK") || !start) {
		fprintf(stderr, "%s: %s\n", path, text_string(&answer));
		must(-1, "the model refused");
	}
	return xstrdup(start + 4);
}

size_t model_requests(const struct model_process *model, const char *action)
{
	AUTO(free_text) char *transcript = model_control(model, "/transcript", NULL);
	AUTO(free_text)
	char *wanted = action ? xasprintf("\"action\": \"%s\"", action) : xstrdup("\"action\": ");
	size_t count = 0;

	for (const char *at = transcript; (at = strstr(at, wanted)); at++)
		count++;
	return count;
}
