/* one_testing.h - for tests: one transfer, of which libcurl's own loop fetches.
 */
#ifndef GN_FETCH_ONE_TESTING_H
#define GN_FETCH_ONE_TESTING_H

#include "fetch/fixture_test.h"
#include "fetch/outcome.h"
#include "fetch/transfer.h"

struct one {
    struct fixture fx; /* its fetcher is not used */
    CURLM *multi;
    struct gn_sockets sockets;
    struct gn_tools tools;
    struct gn_transfer *t;
};

static inline void ignore(void *context)
{
    (void)context;
}

static inline void one_begin(struct one *o)
{
    begin(&o->fx, echo, NULL);
    o->multi = curl_multi_init();
    assert_non_null(o->multi);
    gn_sockets_init(&o->sockets, &o->fx.loop, o->multi, ignore, o);
    assert_int_equal(gn_tools_init(&o->tools, &o->sockets, NULL), GARNER_OK);
    assert_int_equal(gn_transfer_new(&o->tools, &o->t, NULL), GARNER_OK);
}

static inline void one_finish(struct one *o)
{
    gn_transfer_free(o->t);
    gn_tools_fini(&o->tools);
    assert_int_equal(curl_multi_cleanup(o->multi), CURLM_OK);
    gn_sockets_close(&o->sockets, ignore);
    finish(&o->fx);
}

/* Fetches by libcurl's own loop. */
static inline struct gn_response *perform(struct one *o,
                                          struct gn_target *target)
{
    assert_int_equal(gn_transfer_begin(o->t, target, NULL), GARNER_OK);
    gn_outcome(o->t, curl_easy_perform(o->t->easy), GN_CAUSE_LIBCURL);
    return &o->t->response;
}

#endif
