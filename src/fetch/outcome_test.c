/* outcome_test.c - what a response has, and what it must not have. */
#include "fetch/one_testing.h"

static void a_proxy_that_is_not_there_is_named(void **state)
{
    const struct gn_request r = {.url = "http://127.0.0.2:9/x",
                                 .proxy = "http://u:secret@127.0.0.3:9"};
    struct gn_target *target;
    struct one o;

    (void)state;
    one_begin(&o);
    assert_int_equal(gn_target_new(&r, &target, NULL), GARNER_OK);
    assert_has(perform(&o, target)->error,
               "127.0.0.2:9: cannot connect to the proxy 127.0.0.3:9: ");
    gn_target_free(target);
    one_finish(&o);
}

static void the_body_is_hashed(void **state)
{
    static const unsigned char of_nothing[] = {
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
        0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
        0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
    unsigned char sha256[32];
    struct gn_response *r;
    struct gn_target *get;
    struct gn_target *head;
    struct one o;

    (void)state;
    one_begin(&o);
    get = target_at(&o.fx, "/", NULL);
    head = target_at(&o.fx, "/", &(struct gn_request){.method = "HEAD"});
    for (int i = 0; i < 2; i++) { /* the context is used again */
        r = perform(&o, get);
        assert_int_equal(EVP_Digest(r->body->data, r->body->size, sha256, NULL,
                                    EVP_sha256(), NULL),
                         1);
        assert_memory_equal(r->sha256, sha256, 32);
        gn_transfer_reset(o.t);
        r = perform(&o, head);
        assert_memory_equal(r->sha256, of_nothing, 32);
        gn_transfer_reset(o.t);
    }
    gn_target_free(get);
    gn_target_free(head);
    one_finish(&o);
}

static void an_early_end_tells_nothing_of_the_reply_before(void **state)
{
    static const unsigned char zeros[32];
    struct gn_response *r;
    struct gn_target *t;
    struct one o;

    (void)state;
    one_begin(&o);
    t = target_at(&o.fx, "/", NULL);
    r = perform(&o, t);
    assert_int_equal(r->status, 200);
    assert_string_equal(r->content_type, "text/plain");
    gn_transfer_reset(o.t);
    assert_int_equal(gn_transfer_begin(o.t, t, NULL), GARNER_OK);
    gn_outcome(o.t, CURLE_OK, GN_CAUSE_CANCELED);
    assert_int_equal(r->failure, GN_FAILURE_CANCELED);
    assert_int_equal(r->status, 0);
    assert_null(r->content_type);
    assert_int_equal(r->wire_bytes, 0);
    assert_int_equal(r->first_byte_us, 0);
    assert_int_equal(r->http_version, 0);
    assert_int_equal(r->body->size, 0);
    assert_int_equal(r->headers->size, 0);
    assert_memory_equal(r->sha256, zeros, 32);
    gn_target_free(t);
    one_finish(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proxy_that_is_not_there_is_named),
        cmocka_unit_test(the_body_is_hashed),
        cmocka_unit_test(an_early_end_tells_nothing_of_the_reply_before),
    };
    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
