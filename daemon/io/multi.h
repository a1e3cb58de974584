/* libcurl's multi interface driven by libuv's loop: sockets, timer, and the ends of transfers. For
 * http.c only. */
#pragma once

#include <curl/curl.h>
#include <uv.h>

struct multi;

/* `transfer` is the handle's CURLOPT_PRIVATE. Called from the loop only, never from within libcurl;
 * removes the handle, and may call every function of libcurl, and multi_close(). */
typedef void multi_finished(void *transfer, CURLcode code);

struct multi *multi_new(uv_loop_t *loop, multi_finished *finished);

void multi_add(struct multi *multi, CURL *easy);
void multi_remove(struct multi *multi, CURL *easy);

/* All handles must have been removed. Calls nothing but `closed`, when the loop has let go. */
void multi_close(struct multi *multi, void (*closed)(void *owner), void *owner);
