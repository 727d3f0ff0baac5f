#include "engine/chain.h"

#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/next.h"
#include "engine/inputs.h"
#include "fetch/nextpage.h"

enum { OK = 200, MULTIPLE_CHOICES = 300 };

static void drop_next(struct gn_chain *c)
{
    gn_target_free(c->target);
    c->target = NULL;
    gn_free(c->why);
    c->why = NULL;
}

void gn_chain_forget(struct gn_active *active)
{
    struct gn_chain *c = active->chain;

    if (c == NULL)
        return;
    drop_next(c);
    gn_free(c->seen);
    gn_free((char *)c->version.etag);
    gn_free((char *)c->version.modified);
    gn_free(c->version_url);
    gn_buf_fini(&c->rows);
    gn_free(c);
    active->chain = NULL;
}

/* NULL: no memory. */
static struct gn_chain *chain_of(struct gn_active *active)
{
    if (active->chain == NULL)
        active->chain = gn_alloc(sizeof *active->chain);
    return active->chain;
}

void gn_chain_enter(struct gn_job *job, bool goes_on)
{
    struct gn_active *a = job->active;
    const struct gn_chain *c = a->chain;
    const char *url;

    if (c == NULL)
        return;
    if (c->page == 0 || (!goes_on && !job->again)) {
        gn_chain_forget(a);
        return;
    }
    job->run.part = c->page;
    job->target = c->target;
    if (c->target == NULL)
        return;
    url = gn_job_text(job, gn_target_url(c->target));
    job->run.url = url != NULL ? url : job->run.url;
    if (a->jar != NULL)
        (void)gn_target_set_jar(c->target, a->jar); /* else without */
}

void gn_chain_learn(struct gn_job *job, const struct gn_response *response)
{
    const struct gn_source *source = job->active->source;

    if (!gn_config_has_next(source) || job->run.failure != NULL ||
        job->unmodified || response->base_url == NULL)
        return;
    job->base_url = gn_arena_text(&job->arena, response->base_url);
    if (source->next.link && response->next != NULL &&
        response->next[0] != '\0')
        job->next_url = gn_arena_text(&job->arena, response->next);
}

void gn_chain_take(struct gn_job *job)
{
    if (job->active->source->next.sql != NULL)
        gn_inputs_take_next(&job->extraction, &job->arena, &job->next_url);
}

/* --- versions ------------------------------------------------------------- */

static bool copy(char **to, const char *text)
{
    gn_free(*to);
    *to = text != NULL ? gn_strdup(text) : NULL;
    return *to != NULL || text == NULL;
}

/* Without memory for it the next fetch is a whole one. */
static void hold_version(struct gn_job *job)
{
    struct gn_chain *c = chain_of(job->active);
    const struct gn_validators v = job->validators;

    job->validators = (struct gn_validators){0};
    if (c == NULL || !gn_validators_any(&v))
        return;
    if (!copy((char **)(void *)&c->version.etag, v.etag) ||
        !copy((char **)(void *)&c->version.modified, v.modified) ||
        !copy(&c->version_url, job->answer_url))
        (void)copy(&c->version_url, NULL);
}

/* Page 1's version becomes that of job, the last one. */
static void hand_over_version(struct gn_job *job)
{
    const struct gn_chain *c = job->active->chain;

    job->validators = (struct gn_validators){0};
    if (c == NULL || !c->first_kept || c->version_url == NULL)
        return;
    job->answer_url = gn_job_text(job, c->version_url);
    job->validators =
        (struct gn_validators){gn_job_text(job, c->version.etag),
                               gn_job_text(job, c->version.modified)};
    if (job->arena.failed)
        job->validators = (struct gn_validators){0};
}

void gn_chain_decide(struct gn_job *job)
{
    const struct gn_source *source = job->active->source;

    if (job->next_url != NULL && job->run.part >= source->next.most) {
        job->next_url = NULL;
        if (source->next.most == GN_PAGES_USUAL)
            gn_log(GN_LOG_INFO, source->name,
                   "ended after %d pages, and there are more; pages: may be up "
                   "to %d",
                   job->run.part, GN_PAGES_MOST);
    }
    if (job->run.part == 1 && gn_job_leads_on(job))
        hold_version(job);
    else if (job->run.part > 1 && !gn_job_leads_on(job))
        hand_over_version(job);
}

/* --- going on ------------------------------------------------------------- */

static bool has_seen(const struct gn_chain *c, uint64_t hash)
{
    size_t i = 0;

    while (i < c->seen_count && c->seen[i] != hash)
        i++;
    return i < c->seen_count;
}

/* false: no memory. */
static bool see(struct gn_chain *c, const char *url)
{
    const uint64_t hash = gn_hash_text(url);
    uint64_t *more;

    if (has_seen(c, hash))
        return true;
    more = gn_realloc(c->seen, (c->seen_count + 1) * sizeof c->seen[0]);
    if (more == NULL)
        return false;
    c->seen = more;
    c->seen[c->seen_count++] = hash;
    return true;
}

static char *word_loop(const struct gn_target *target)
{
    struct gn_buf text = {0};

    gn_buf_printf(&text,
                  "the next page, %.150s, was one of these before: the pages "
                  "have no end; see what next gives on the last one",
                  gn_target_url(target));
    return gn_buf_take(&text);
}

/* Makes c's next page of what job says. false: no memory. */
static bool find_next(const struct gn_job *job, struct gn_chain *c)
{
    struct gn_active *a = job->active;
    const struct gn_request request = gn_active_request(a, !a->is_private);
    struct gn_buf url = {0};
    struct garner_error err;
    enum garner_code code;
    bool good = false;

    drop_next(c);
    if (!see(c, job->base_url))
        return false;
    code = gn_nextpage(&request, job->base_url, job->next_url, &url, &c->target,
                       &err);
    if (code == GARNER_INVALID)
        c->why = gn_strdup(err.message);
    else if (code == GARNER_OK && has_seen(c, gn_hash_text(gn_buf_cstr(&url))))
        c->why = word_loop(c->target);
    else if (code == GARNER_OK && see(c, gn_buf_cstr(&url)))
        good = true;
    gn_buf_fini(&url);
    if (good) {
        gn_target_limit(c->target, gn_target_limiter(a->target));
        return true;
    }
    gn_target_free(c->target);
    c->target = NULL;
    return c->why != NULL;
}

bool gn_chain_go_on(struct gn_job *job)
{
    struct gn_active *a = job->active;
    struct gn_chain *c = chain_of(a);

    if (c == NULL || job->arena.failed)
        return false;
    if (job->run.part == 1) {
        c->first_kept = !job->body_is_new || job->batch_has_body;
        if (!see(c, a->source->request.url))
            return false;
    }
    c->page = job->run.part + 1;
    c->by_hand = job->by_hand;
    c->duration_us += job->run.duration_us;
    c->bytes += job->run.bytes > 0 ? job->run.bytes : 0;
    c->row_count += job->run.rows > 0 ? job->run.rows : 0;
    return find_next(job, c);
}

struct gn_run gn_chain_sum(const struct gn_job *job)
{
    const struct gn_chain *c = job->active->chain;
    struct gn_run sum = job->run;

    if (sum.part == 1 || c == NULL)
        return sum;
    sum.duration_us += c->duration_us;
    if (sum.bytes >= 0)
        sum.bytes += c->bytes;
    if (sum.rows >= 0)
        sum.rows += c->row_count;
    return sum;
}
