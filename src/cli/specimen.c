#include "cli/specimen.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "cli/sources.h"
#include "config/file.h"
#include "engine/inputs.h"
#include "fetch/target.h"

enum { MOST_BYTES = 256 << 20 };

/* The parameters that SQL gets, as a run of source would give them. */
static enum garner_code give(struct gn_specimen *p,
                             const struct gn_source *source, const char *url,
                             struct garner_error *err)
{
    const struct gn_one *one = &p->answer;
    const struct gn_inputs in = {
        .body = gn_buf_cstr(&one->body),
        .body_size = one->body.size,
        .url = url,
        .final_url = one->final_url,
        .content_type = one->content_type,
        .headers = one->headers.size > 0 ? gn_buf_cstr(&one->headers) : NULL,
        .status = one->status,
        .fetched_us = one->started_wall_us,
    };
    struct gn_extraction given = {0};
    enum garner_code code = gn_inputs_fill(&in, source, &p->arena, &given, err);

    return code == GARNER_OK
               ? gn_input_make(&p->input, given.params, given.param_count,
                               &given.gzip, err)
               : code;
}

/* The variables of source are the page's own from now on. */
static enum garner_code keep_vars(struct gn_specimen *p,
                                  struct gn_source *source,
                                  struct garner_error *err)
{
    struct gn_var *vars =
        gn_arena_alloc(&p->arena, (source->var_count + 1) * sizeof vars[0]);

    for (size_t i = 0; vars != NULL && i < source->var_count; i++)
        vars[i] = (struct gn_var){
            .name = gn_arena_text(&p->arena, source->vars[i].name),
            .value = gn_arena_text(&p->arena, source->vars[i].value)};
    source->vars = vars;
    source->name = gn_arena_text(&p->arena, source->name);
    return p->arena.failed
               ? gn_fail(err, GARNER_NOMEM, "no memory for parameters")
               : GARNER_OK;
}

/* --- fetched --------------------------------------------------------------*/

static enum garner_code fetch(struct gn_specimen *p,
                              const struct gn_request *request,
                              atomic_bool *stop, struct garner_error *err)
{
    enum garner_code code =
        gn_one_fetch_until(request, "", stop, &p->answer, err);

    if (code != GARNER_OK)
        return code;
    if (p->answer.failure == GN_FAILURE_NONE)
        return GARNER_OK;
    if (p->answer.failure == GN_FAILURE_CANCELED)
        return gn_fail(err, GARNER_CANCELED, "the fetch was interrupted");
    code = p->answer.failure == GN_FAILURE_TIMEOUT ? GARNER_TIMEOUT : GARNER_IO;
    return gn_fail(err, code, "%.100s: %s", p->name, p->answer.error);
}

static enum garner_code take(struct gn_specimen *p, struct gn_source source,
                             atomic_bool *stop, struct garner_error *err)
{
    struct gn_target *target = NULL;
    enum garner_code code = keep_vars(p, &source, err);

    p->name = source.name;
    if (code == GARNER_OK)
        code = gn_target_new(&source.request, &target, err);
    if (code == GARNER_OK)
        code = fetch(p, &source.request, stop, err);
    if (code == GARNER_OK)
        code = give(p, &source, gn_arena_text(&p->arena, gn_target_url(target)),
                    err);
    gn_target_free(target);
    return code;
}

enum garner_code gn_specimen_fetch(struct gn_specimen *p,
                                   const struct gn_ask_flags *ask,
                                   const struct gn_texts *params,
                                   const char *url, atomic_bool *stop,
                                   struct garner_error *err)
{
    const struct gn_rows_flags rows = {.params = *params};
    const struct gn_sources sources = {
        .ask = ask, .rows = &rows, .unconditional = true};
    struct gn_config config = {0};
    enum garner_code code = gn_sources_build(&sources, &url, 1, &config, err);

    *p = (struct gn_specimen){0};
    if (code == GARNER_OK)
        code = take(p, config.sources[0], stop, err);
    gn_config_fini(&config);
    return code;
}

/* --- not fetched ----------------------------------------------------------*/

static enum garner_code set_up(struct gn_specimen *p,
                               const struct gn_texts *params,
                               struct gn_source *source,
                               struct garner_error *err)
{
    struct gn_var *vars = NULL;
    enum garner_code code = gn_sources_vars(params, &vars, err);

    if (code == GARNER_OK) {
        source->vars = vars;
        source->var_count = params->count;
        code = keep_vars(p, source, err);
    }
    gn_sources_free_vars(vars, params->count);
    return code;
}

enum garner_code gn_specimen_read(struct gn_specimen *p,
                                  const struct gn_texts *params,
                                  const char *path, struct garner_error *err)
{
    struct gn_source source = {.name = path};
    enum garner_code code;

    *p = (struct gn_specimen){0};
    code = set_up(p, params, &source, err);
    p->name = source.name;
    p->answer.status = 200;
    p->answer.started_wall_us = gn_clock_wall_us();
    if (code == GARNER_OK)
        code = gn_file_read(path, MOST_BYTES, false, &p->answer.body, err);
    return code == GARNER_OK ? give(p, &source, NULL, err) : code;
}

enum garner_code gn_specimen_none(struct gn_specimen *p,
                                  const struct gn_texts *params,
                                  struct garner_error *err)
{
    struct gn_source source = {.name = NULL};
    struct gn_param *given;
    enum garner_code code;

    *p = (struct gn_specimen){0};
    code = set_up(p, params, &source, err);
    given = gn_arena_alloc(&p->arena, (params->count + 1) * sizeof given[0]);
    if (code == GARNER_OK && given == NULL)
        code = gn_fail(err, GARNER_NOMEM, "no memory for parameters");
    for (size_t i = 0; code == GARNER_OK && i < params->count; i++)
        given[i] = (struct gn_param){source.vars[i].name,
                                     garner_text(source.vars[i].value)};
    if (code == GARNER_OK)
        code = gn_input_make(&p->input, given, params->count, NULL, err);
    return code;
}

void gn_specimen_fini(struct gn_specimen *p)
{
    gn_input_fini(&p->input);
    gn_one_fini(&p->answer);
    gn_arena_clear(&p->arena);
    *p = (struct gn_specimen){0};
}
