#include "cli/one.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "base/error.h"
#include "base/files.h"
#include "base/mem.h"
#include "fetch/fetcher.h"

enum { FILES = 12 }; /* for a loop and a fetch */

/* A fetch under way. */
struct under_way {
    struct gn_one *one;
    struct gn_fetcher *fetcher;
};

static void fetched(void *context, struct gn_response *r)
{
    struct under_way *u = context;
    struct gn_one *one = u->one;

    one->failure = r->failure;
    snprintf(one->error, sizeof one->error, "%s", r->error);
    one->status = r->status;
    one->final_url = r->final_url != NULL ? gn_strdup(r->final_url) : NULL;
    one->content_type =
        r->content_type != NULL ? gn_strdup(r->content_type) : NULL;
    gn_buf_append(&one->headers, gn_buf_cstr(r->headers), r->headers->size);
    if (r->cookies != NULL)
        gn_buf_append(&one->cookies, gn_buf_cstr(r->cookies), r->cookies->size);
    one->body = *r->body; /* moved out */
    *r->body = (struct gn_buf){0};
    one->started_wall_us = r->started_wall_us;
    one->duration_us = r->duration_us;
    one->first_byte_us = r->first_byte_us;
    one->wire_bytes = r->wire_bytes;
    one->redirects = r->redirects;
    one->http_version = r->http_version;
    gn_fetcher_close(u->fetcher);
}

static enum garner_code on_loop(uv_loop_t *loop, struct gn_target *target,
                                struct gn_one *one, struct garner_error *err)
{
    const struct gn_fetcher_options options = {0};
    struct under_way u = {one, NULL};
    enum garner_code code = gn_fetcher_new(loop, &options, &u.fetcher, err);

    if (code != GARNER_OK)
        return code;
    code = gn_fetcher_start(u.fetcher, target, fetched, &u, NULL, err);
    if (code != GARNER_OK)
        gn_fetcher_close(u.fetcher);
    (void)uv_run(loop, UV_RUN_DEFAULT);
    if (code == GARNER_OK &&
        (gn_buf_failed(&one->headers) || gn_buf_failed(&one->body)))
        code = gn_fail(err, GARNER_NOMEM, "no memory for the answer");
    return code;
}

enum garner_code gn_one_fetch(const struct gn_request *request, const char *jar,
                              struct gn_one *one, struct garner_error *err)
{
    struct gn_target *target = NULL;
    uv_loop_t loop;
    enum garner_code code = gn_files_check(FILES, err);
    int n;

    *one = (struct gn_one){0};
    if (code != GARNER_OK)
        return code;
    n = uv_loop_init(&loop);
    if (n != 0)
        return gn_fail(err, GARNER_IO, "cannot make an event loop: %s",
                       uv_strerror(n));
    code = gn_target_new(request, &target, err);
    if (code == GARNER_OK && !gn_target_set_jar(target, jar))
        code = gn_fail(err, GARNER_NOMEM, "no memory for cookies");
    if (code == GARNER_OK)
        code = on_loop(&loop, target, one, err);
    gn_target_free(target);
    GN_CHECK(uv_loop_close(&loop) == 0);
    return code;
}

void gn_one_fini(struct gn_one *one)
{
    gn_free(one->final_url);
    gn_free(one->content_type);
    gn_buf_fini(&one->headers);
    gn_buf_fini(&one->body);
    gn_buf_fini(&one->cookies);
}
