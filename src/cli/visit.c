#include "cli/visit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "crawl/bounds.h"
#include "engine/frontier/fate.h"
#include "engine/host/host.h"
#include "engine/host/rules.h"
#include "fetch/hop.h"

/* A visit under way. */
struct visit {
    const struct gn_source *source;
    struct garner_store *store;
    struct gn_one *one;
    struct gn_target *target; /* of the source's own URL */
    struct gn_hop hop;        /* where it was led to */
    struct gn_bounds *bounds; /* of its crawl; NULL: it is none */
    struct gn_buf jar;
    bool is_private; /* its own URL is at such an address */
    char *host;      /* whose rules are known; NULL: none */
    struct gn_rules rules;
};

/* The failure of the visit. */
static void fail(struct visit *v, enum gn_failure failure, const char *text)
{
    v->one->failure = failure;
    snprintf(v->one->error, sizeof v->one->error, "%.239s", text);
}

/* The source's request as it is led on. */
static struct gn_request request_of(const struct visit *v)
{
    struct gn_request r = v->source->request;

    r.one_hop = true;
    r.led_public_only = !v->source->allows_private;
    r.public_only = r.led_public_only && v->hop.count > 0 && !v->is_private;
    return r;
}

/* --- robots.txt -----------------------------------------------------------*/

/* Asks for that of v's host. */
static enum garner_code fetch_rules(struct visit *v, struct garner_error *err)
{
    const struct gn_validators known = gn_rules_validators(&v->rules);
    struct gn_buf url = {0};
    struct gn_request r = gn_rules_request(v->source, v->host, &url);
    struct gn_target *target = NULL;
    struct gn_one came = {0};
    struct gn_response response;
    enum garner_code code;

    r.public_only = request_of(v).public_only;
    code = gn_buf_failed(&url)
               ? gn_fail(err, GARNER_NOMEM, "out of memory for a host")
               : gn_target_new(&r, &target, err);
    if (code == GARNER_OK) {
        (void)gn_target_ask_if(target,
                               gn_validators_any(&known) ? &known : NULL);
        code = gn_one_fetch_target(target, NULL, &came, err);
    }
    if (code == GARNER_OK && came.kept_off) {
        fail(v, came.failure, came.error);
    } else if (code == GARNER_OK) {
        response = gn_one_response(&came);
        gn_rules_learn(&v->rules, &response, gn_clock_wall_us());
    }
    gn_one_fini(&came);
    gn_target_free(target);
    gn_buf_fini(&url);
    return code;
}

/* Has the rules of url's host known. */
static enum garner_code find_rules(struct visit *v, const char *url,
                                   struct garner_error *err)
{
    char *host = gn_host_name(url);
    enum garner_code code = GARNER_OK;

    if (host == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a host");
    if (v->host != NULL && strcmp(v->host, host) == 0) {
        gn_free(host);
        return GARNER_OK;
    }
    gn_free(v->host);
    v->host = host;
    gn_rules_fini(&v->rules);
    if (v->store != NULL)
        code = gn_rules_recall(v->store, host, &v->rules, err);
    if (code == GARNER_SQL) /* nothing was collected */
        code = GARNER_OK;
    return code == GARNER_OK && !gn_rules_fresh(&v->rules, gn_clock_wall_us())
               ? fetch_rules(v, err)
               : code;
}

/* What may not be asked for is a failure. */
static enum garner_code ask_leave(struct visit *v, const char *url,
                                  struct garner_error *err)
{
    const char *agent = v->source->request.user_agent;
    struct gn_robots_verdict verdict;
    char text[300];
    enum garner_code code;

    if (!v->source->obeys_robots)
        return GARNER_OK;
    code = find_rules(v, url, err);
    if (code != GARNER_OK || v->one->failure != GN_FAILURE_NONE)
        return code;
    gn_rules_ask(&v->rules, url, agent, &verdict);
    if (!verdict.allowed) {
        gn_rules_refusal(&v->rules, v->host, url, agent, text);
        fail(v, GN_FAILURE_CANCELED, text);
    }
    return GARNER_OK;
}

/* --- its way --------------------------------------------------------------*/

/* Goes where the answer redirects to, unless it fails. */
static void be_led(struct visit *v)
{
    const struct gn_response response = gn_one_response(v->one);
    struct gn_request request;
    const char *word = NULL;
    enum gn_failure failure;
    char text[240];

    if (v->hop.count == 0)
        v->is_private = response.is_private;
    request = request_of(v);
    request.public_only = request.led_public_only && !v->is_private;
    failure = gn_hop_follow(&v->hop, &request, &response, text);
    if (failure == GN_FAILURE_NONE && v->bounds != NULL)
        word = gn_fate_bar_led(v->bounds, v->hop.url, 0);
    if (word != NULL) {
        failure = GN_FAILURE_REDIRECT;
        gn_fate_tell_led(word, gn_target_url(v->hop.target), text);
    }
    if (failure != GN_FAILURE_NONE)
        fail(v, failure, text);
}

/* What came takes the place of what was there; a run begins with its first
 * request. */
static void take(struct visit *v, struct gn_one *came)
{
    if (v->hop.count > 0)
        came->started_wall_us = v->one->started_wall_us;
    came->redirects = v->hop.count;
    if (came->status != 0 && v->source->request.keeps_cookies) {
        gn_buf_clear(&v->jar);
        gn_buf_append(&v->jar, gn_buf_cstr(&came->cookies), came->cookies.size);
    }
    gn_one_fini(v->one);
    *v->one = *came;
}

/* Asks where it is. *led: that leads on. */
static enum garner_code ask(struct visit *v, bool *led,
                            struct garner_error *err)
{
    struct gn_target *target =
        v->hop.target != NULL ? v->hop.target : v->target;
    struct gn_one came = {0};
    enum garner_code code = ask_leave(
        v, v->hop.url != NULL ? v->hop.url : v->source->request.url, err);

    *led = false;
    if (code != GARNER_OK || v->one->failure != GN_FAILURE_NONE)
        return code;
    code = gn_buf_failed(&v->jar) ||
                   !gn_target_set_jar(target, gn_buf_cstr(&v->jar))
               ? gn_fail(err, GARNER_NOMEM, "no memory for cookies")
               : gn_one_fetch_target(target, NULL, &came, err);
    take(v, &came);
    *led = code == GARNER_OK && v->one->failure == GN_FAILURE_NONE &&
           v->one->redirect != NULL &&
           v->source->request.limits.max_redirects >= 0;
    return code;
}

static enum garner_code begin(struct visit *v, const char *jar,
                              struct garner_error *err)
{
    const struct gn_crawl *crawl = v->source->crawl;
    const struct gn_request request = request_of(v);
    enum garner_code code = gn_target_new(&request, &v->target, err);

    gn_buf_text(&v->jar, jar);
    if (code == GARNER_OK && crawl != NULL)
        code = gn_bounds_new(&crawl->bounds, crawl->starts, crawl->start_count,
                             &v->bounds, err);
    return code;
}

enum garner_code gn_visit(const struct gn_source *source,
                          struct garner_store *store, const char *jar,
                          struct gn_one *one, struct garner_error *err)
{
    struct visit v = {.source = source, .store = store, .one = one};
    bool led = true;
    enum garner_code code = begin(&v, jar, err);

    *one = (struct gn_one){0};
    while (code == GARNER_OK && led && one->failure == GN_FAILURE_NONE) {
        code = ask(&v, &led, err);
        if (code == GARNER_OK && led)
            be_led(&v);
    }
    gn_hop_fini(&v.hop);
    gn_target_free(v.target);
    gn_bounds_free(v.bounds);
    gn_rules_fini(&v.rules);
    gn_free(v.host);
    gn_buf_fini(&v.jar);
    return code;
}
