#include "cli/one.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "base/error.h"
#include "base/files.h"
#include "base/mem.h"
#include "fetch/fetcher.h"

enum {
    FILES = 12, /* for a loop and a fetch */
    LOOK_MS = 50,
};

/* A fetch under way. */
struct under_way {
    struct gn_one *one;
    struct gn_fetcher *fetcher;
    struct gn_transfer *transfer;
    atomic_bool *stop; /* NULL: nobody stops it */
    uv_timer_t look;
};

static void fetched(void *context, struct gn_response *r)
{
    struct under_way *u = context;
    struct gn_one *one = u->one;

    one->failure = r->failure;
    snprintf(one->error, sizeof one->error, "%s", r->error);
    one->status = r->status;
    one->final_url = r->final_url != NULL ? gn_strdup(r->final_url) : NULL;
    one->base_url = r->base_url != NULL ? gn_strdup(r->base_url) : NULL;
    one->redirect = r->redirect != NULL ? gn_strdup(r->redirect) : NULL;
    one->is_private = r->is_private;
    one->kept_off = r->kept_off;
    one->next = r->next != NULL ? gn_strdup(r->next) : NULL;
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
    if (u->stop != NULL)
        uv_close((uv_handle_t *)&u->look, NULL);
}

static void look(uv_timer_t *timer)
{
    const struct under_way *u = timer->data;

    if (atomic_load(u->stop))
        gn_fetcher_cancel(u->fetcher, u->transfer);
}

static void begin_to_look(uv_loop_t *loop, struct under_way *u)
{
    GN_CHECK(uv_timer_init(loop, &u->look) == 0);
    u->look.data = u;
    GN_CHECK(uv_timer_start(&u->look, look, LOOK_MS, LOOK_MS) == 0);
}

static enum garner_code on_loop(uv_loop_t *loop, struct gn_target *target,
                                atomic_bool *stop, struct gn_one *one,
                                struct garner_error *err)
{
    const struct gn_fetcher_options options = {0};
    struct under_way u = {.one = one, .stop = stop};
    enum garner_code code = gn_fetcher_new(loop, &options, &u.fetcher, err);

    if (code != GARNER_OK)
        return code;
    code = gn_fetcher_start(u.fetcher, target, fetched, &u, &u.transfer, err);
    if (code != GARNER_OK)
        gn_fetcher_close(u.fetcher);
    else if (stop != NULL)
        begin_to_look(loop, &u);
    (void)uv_run(loop, UV_RUN_DEFAULT);
    if (code == GARNER_OK &&
        (gn_buf_failed(&one->headers) || gn_buf_failed(&one->body)))
        code = gn_fail(err, GARNER_NOMEM, "no memory for the answer");
    return code;
}

enum garner_code gn_one_fetch_target(struct gn_target *target,
                                     atomic_bool *stop, struct gn_one *one,
                                     struct garner_error *err)
{
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
    code = on_loop(&loop, target, stop, one, err);
    GN_CHECK(uv_loop_close(&loop) == 0);
    return code;
}

enum garner_code gn_one_fetch_until(const struct gn_request *request,
                                    const char *jar, atomic_bool *stop,
                                    struct gn_one *one,
                                    struct garner_error *err)
{
    struct gn_target *target = NULL;
    enum garner_code code = gn_target_new(request, &target, err);

    *one = (struct gn_one){0};
    if (code == GARNER_OK && !gn_target_set_jar(target, jar))
        code = gn_fail(err, GARNER_NOMEM, "no memory for cookies");
    if (code == GARNER_OK)
        code = gn_one_fetch_target(target, stop, one, err);
    gn_target_free(target);
    return code;
}

enum garner_code gn_one_fetch(const struct gn_request *request, const char *jar,
                              struct gn_one *one, struct garner_error *err)
{
    return gn_one_fetch_until(request, jar, NULL, one, err);
}

struct gn_response gn_one_response(struct gn_one *one)
{
    return (struct gn_response){.failure = one->failure,
                                .status = one->status,
                                .final_url = one->final_url,
                                .base_url = one->base_url,
                                .redirect = one->redirect,
                                .is_private = one->is_private,
                                .kept_off = one->kept_off,
                                .headers = &one->headers,
                                .body = &one->body,
                                .wire_bytes = one->wire_bytes,
                                .started_wall_us = one->started_wall_us,
                                .duration_us = one->duration_us,
                                .http_version = one->http_version};
}

void gn_one_fini(struct gn_one *one)
{
    gn_free(one->final_url);
    gn_free(one->page_url);
    gn_free(one->base_url);
    gn_free(one->redirect);
    gn_free(one->next);
    gn_free(one->content_type);
    gn_buf_fini(&one->headers);
    gn_buf_fini(&one->body);
    gn_buf_fini(&one->cookies);
}
