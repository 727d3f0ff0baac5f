#include "cli/sample.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "cli/stored.h"
#include "cli/visit.h"
#include "config/file.h"

enum { MOST_BYTES = 256 << 20 };

static enum garner_code from_file(const char *path, struct gn_sample *s,
                                  struct garner_error *err)
{
    struct gn_one *one = &s->answer;

    one->status = 200;
    one->started_wall_us = gn_clock_wall_us();
    one->final_url = gn_strdup(s->source->request.url);
    return one->final_url == NULL
               ? gn_fail(err, GARNER_NOMEM, "out of memory for a body")
               : gn_file_read(path, MOST_BYTES, false, &one->body, err);
}

static enum garner_code from_run(int64_t run, struct garner_store *store,
                                 struct gn_sample *s, struct garner_error *err)
{
    const struct gn_source *source = s->source;
    enum garner_code code =
        gn_stored_answer(store, source->name, run, &s->answer, err);

    if (code == GARNER_OK &&
        (source->crawl != NULL || gn_config_has_list(source)))
        code = gn_stored_page(store, source->name, &s->answer, err);
    return code;
}

/* Sends the cookies that are kept; what the server sets now is not. */
static enum garner_code fetch(struct garner_store *store, struct gn_sample *s,
                              struct garner_error *err)
{
    struct gn_buf jar = {0};
    enum garner_code code = GARNER_OK;

    if (s->source->request.keeps_cookies && store != NULL)
        code = gn_stored_cookies(store, s->source->name, &jar, err);
    if (code == GARNER_OK)
        code = gn_visit(s->source, store, gn_buf_cstr(&jar), &s->answer, err);
    gn_buf_fini(&jar);
    return code;
}

/* Of many URLs, the one that it is an answer to. */
static enum gn_exit pick(const char *url, struct garner_store *store,
                         struct gn_sample *s)
{
    struct garner_error err = {0};

    if (!gn_config_has_list(s->source))
        return GN_EXIT_OK;
    if (gn_pick_url(s->source, url, store, &s->pick, &err) != GARNER_OK) {
        gn_complain("%s: %s", s->source->name, err.message);
        return GN_EXIT_FAILED;
    }
    s->source = &s->pick.source;
    return GN_EXIT_OK;
}

static enum garner_code read_answer(const struct gn_sample_from *from,
                                    struct garner_store *store,
                                    struct gn_sample *s,
                                    struct garner_error *err)
{
    return from->run > 0        ? from_run(from->run, store, s, err)
           : from->body != NULL ? from_file(from->body, s, err)
                                : fetch(store, s, err);
}

enum gn_exit gn_sample_get(const struct gn_sample_from *from,
                           const struct gn_source *source,
                           struct garner_store *store, struct gn_sample *sample)
{
    struct gn_one *one = &sample->answer;
    struct garner_error err = {0};
    enum gn_exit status = GN_EXIT_OK;
    enum garner_code code;

    *sample = (struct gn_sample){.source = source};
    if (from->run > 0 && store == NULL)
        return gn_exit_usage("--run: the file names no store");
    if (from->run == 0)
        status = pick(from->url, store, sample);
    if (status != GN_EXIT_OK)
        return status;
    code = read_answer(from, store, sample, &err);
    if (code == GARNER_NOTFOUND || code == GARNER_INVALID)
        return gn_exit_usage("%s", err.message);
    if (code != GARNER_OK)
        return gn_exit_error(&err);
    if (from->run > 0)
        status = pick(one->page_url != NULL ? one->page_url : one->final_url,
                      store, sample);
    if (one->failure == GN_FAILURE_NONE)
        return status;
    gn_complain("%s: %s", source->name, one->error);
    return GN_EXIT_FAILED;
}

void gn_sample_fini(struct gn_sample *sample)
{
    gn_one_fini(&sample->answer);
    gn_pick_fini(&sample->pick);
    *sample = (struct gn_sample){0};
}
