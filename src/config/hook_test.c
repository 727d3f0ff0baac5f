/* hook_test.c - the keys hooks, alert and notify. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/load_testing.h"

static void hooks_are_commands_or_requests(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { hooks: { error: [logger, failed], stale: [s] } }\n"
             "sources:\n"
             "  a:\n"
             "    url: http://h/\n"
             "    hooks:\n"
             "      change: { run: [/bin/tell, \"a b\", $HOME], timeout: 5s,\n"
             "                env: { A: b c, D: \"\" } }\n"
             "      success: { webhook: \"https://h/x?y\" }\n"
             "      error: [./mine]\n"
             "  b: { url: http://h/ }\n");
    const struct gn_source *a = &config.sources[0];
    const struct gn_source *b = &config.sources[1];

    (void)state;
    assert_string_equal(a->hooks[GN_EVENT_CHANGE]->argv[0], "/bin/tell");
    assert_string_equal(a->hooks[GN_EVENT_CHANGE]->argv[1], "a b");
    assert_string_equal(a->hooks[GN_EVENT_CHANGE]->argv[2], "$HOME");
    assert_null(a->hooks[GN_EVENT_CHANGE]->argv[3]);
    assert_int_equal(a->hooks[GN_EVENT_CHANGE]->timeout_ms, 5000);
    assert_string_equal(a->hooks[GN_EVENT_CHANGE]->env[0], "A=b c");
    assert_string_equal(a->hooks[GN_EVENT_CHANGE]->env[1], "D=");
    assert_null(a->hooks[GN_EVENT_CHANGE]->env[2]);
    assert_null(a->hooks[GN_EVENT_ERROR]->env);
    assert_null(a->hooks[GN_EVENT_CHANGE]->webhook.url);
    assert_null(a->hooks[GN_EVENT_SUCCESS]->argv);
    assert_string_equal(a->hooks[GN_EVENT_SUCCESS]->webhook.url,
                        "https://h/x?y");
    assert_int_equal(a->hooks[GN_EVENT_SUCCESS]->timeout_ms, 30000);
    assert_string_equal(a->hooks[GN_EVENT_ERROR]->argv[0], "./mine");
    assert_string_equal(a->hooks[GN_EVENT_STALE]->argv[0], "s");
    assert_null(a->hooks[GN_EVENT_RECOVER]);
    assert_string_equal(b->hooks[GN_EVENT_ERROR]->argv[0], "logger");
    assert_string_equal(b->hooks[GN_EVENT_ERROR]->argv[1], "failed");
    gn_config_fini(&config);
}

static void commands_begin_at_the_folder(void **state)
{
    static const char text[] =
        "garner: 1\nsources: { a: { url: http://h/, hooks: { error: [./x], "
        "change: [x/y], success: [x] } } }\n";
    struct gn_config config;
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_config_parse("/etc/garner/f", text, sizeof text - 1,
                                     &config, NULL, &err),
                     GARNER_OK);
    assert_string_equal(config.sources[0].hooks[GN_EVENT_ERROR]->argv[0],
                        "/etc/garner/./x");
    assert_string_equal(config.sources[0].hooks[GN_EVENT_CHANGE]->argv[0],
                        "/etc/garner/x/y");
    assert_string_equal(config.sources[0].hooks[GN_EVENT_SUCCESS]->argv[0],
                        "x");
    gn_config_fini(&config);
    assert_int_equal(
        gn_config_parse("garner/f", text, sizeof text - 1, &config, NULL, &err),
        GARNER_OK);
    assert_string_equal(config.sources[0].hooks[GN_EVENT_ERROR]->argv[0],
                        "./x"); /* it runs there */
    gn_config_fini(&config);
}

static void alerts_go_to_those_who_are_named(void **state)
{
    struct gn_config config = good(
        "garner: 1\n"
        "sources:\n"
        "  a: { url: http://h/ }\n"
        "  b: { url: http://h/, alert: me }\n"
        "  c: { url: http://h/, alert: { to: [] } }\n"
        "defaults: { alert: { after: 3, to: [ops, me], repeat: 6h } }\n"
        "notify:\n"
        "  ops: { webhook: https://h/, digest: 10m, quiet: \"22:00-07:00\",\n"
        "         tz: Europe/London }\n"
        "  me: [mail, me@example.org]\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_int_equal(config.notifier_count, 2);
    assert_string_equal(config.notifiers[0].name, "ops");
    assert_string_equal(config.notifiers[0].reach.webhook.url, "https://h/");
    assert_int_equal(config.notifiers[0].digest_ms, 600000);
    assert_int_equal(config.notifiers[0].quiet->count, 8);
    assert_non_null(config.notifiers[0].zone);
    assert_null(config.notifiers[1].quiet);
    assert_string_equal(config.notifiers[1].reach.argv[1], "me@example.org");
    assert_int_equal(s[0].alert.policy.after, 3);
    assert_true(s[0].alert.policy.repeat_us == INT64_C(21600000000));
    assert_int_equal(s[0].alert.to_count, 2);
    assert_ptr_equal(s[0].alert.to[1], &config.notifiers[1]);
    assert_int_equal(s[1].alert.policy.after, 1);
    assert_true(s[1].alert.policy.repeat_us == 0);
    assert_int_equal(s[1].alert.to_count, 1);
    assert_int_equal(s[2].alert.to_count, 0);
    gn_config_fini(&config);
}

static void secrets_of_webhooks_are_not_told(void **state)
{
    struct gn_config config;

    (void)state;
    assert_int_equal(setenv("GN_HOOK", "s3cr3t-t0ken", 1), 0);
    config = good("garner: 1\n"
                  "notify: { ops: { webhook: \"https://h/${env:GN_HOOK}\" } }\n"
                  "sources: { a: { url: http://h/ } }\n");
    assert_string_equal(config.notifiers[0].reach.webhook.url,
                        "https://h/s3cr3t-t0ken");
    assert_string_equal(config.notifiers[0].reach.webhook.secrets[0],
                        "s3cr3t-t0ken");
    assert_null(config.notifiers[0].reach.webhook.secrets[1]);
    gn_config_fini(&config);
}

static void secrets_of_commands_are_known(void **state)
{
    struct gn_config config;
    const struct gn_reach *r;

    (void)state;
    assert_int_equal(setenv("GN_HOOK", "s3cr3t-t0ken", 1), 0);
    config =
        good("garner: 1\n"
             "notify: { ops: [\"x${env:GN_HOOK}\"] }\n"
             "sources: { a: { url: http://h/, hooks: { error: { run: [y],\n"
             "  env: { T: \"${env:GN_HOOK}\" } }, change: [z] } } }\n");
    r = &config.notifiers[0].reach;
    assert_string_equal(r->secrets[0], "s3cr3t-t0ken");
    assert_null(r->secrets[1]);
    r = config.sources[0].hooks[GN_EVENT_ERROR];
    assert_string_equal(r->secrets[0], "s3cr3t-t0ken");
    assert_null(r->secrets[1]);
    assert_null(config.sources[0].hooks[GN_EVENT_CHANGE]->secrets);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    static const char no_run[] =
        "run is no list; write the command and its arguments like "
        "[/usr/local/bin/tell, --all], for no shell will part them";
    char problem[300];

    (void)state;
    snprintf(problem, sizeof problem, "3:17: %s", no_run);
    bad_source("hooks: { error: rm -rf }", problem);
    bad_source("hooks: { error: [] }", problem);
    bad_source("hooks: { error: [\"\"] }", "3:18: run names no command");
    bad_source("hooks: { errors: [x] }",
               "3:10: unknown key \"errors\"; did you mean \"error\"?");
    bad_source("hooks: { error: { timeout: 5s } }",
               "3:17: error: write either run: [COMMAND, ARGUMENT ...] or "
               "webhook: URL");
    bad_source("hooks: { error: { run: [x], webhook: \"http://h/\" } }",
               "3:17: error: write either run: [COMMAND, ARGUMENT ...] or "
               "webhook: URL");
    bad_source("hooks: { error: { run: [x], env: { a=b: c } } }",
               "3:36: env: \"a=b\" is no name");
    bad_source("hooks: { error: { webhook: \"http://h/\", env: { a: b } } }",
               "3:17: error: env is for run alone; remove it");
    bad_source("hooks: { error: { webhook: nowhere } }",
               "3:28: webhook is no URL; write one like "
               "https://example.org/hook");
    bad_source("hooks: { error: { run: [x], timeout: 25h } }",
               "3:38: timeout is more than a day; write less");
    bad_source("hooks: { error: { run: [x], digest: 1m } }",
               "3:29: unknown key \"digest\"; see garner.yaml(5) for the keys "
               "there are");
    bad_source("alert: ops", "3:8: there is no ops under notify; write notify: "
                             "{ ops: { run: [COMMAND] } }");
    bad_source("alert: { after: 2 }",
               "3:8: alert does not say whom to tell; add to: NAME, one of "
               "those under notify");
    bad_source("alert: { to: [], after: 0 }",
               "3:25: after is \"0\"; write a whole number from 1 to 1000");
    bad_source("hooks: { error: { run: [x], quiet: \"1:00-2:00\" } }",
               "3:29: unknown key \"quiet\"; see garner.yaml(5) for the keys "
               "there are");
    bad("garner: 1\nnotify: { me: { run: [x], tz: UTC } }\n"
        "sources: { a: { url: http://h/ } }\n",
        "f:2:31: tz is for quiet alone; remove it\n");
    bad("garner: 1\nnotify: me\nsources: { a: { url: http://h/ } }\n",
        "f:2:9: notify must be a mapping; write notify: { NAME: { run: "
        "[COMMAND] } }\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_are_commands_or_requests),
        cmocka_unit_test(commands_begin_at_the_folder),
        cmocka_unit_test(alerts_go_to_those_who_are_named),
        cmocka_unit_test(secrets_of_webhooks_are_not_told),
        cmocka_unit_test(secrets_of_commands_are_known),
        cmocka_unit_test(wrong_values_are_problems),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
