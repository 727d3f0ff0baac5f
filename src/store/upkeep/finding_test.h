/*
 * finding_test.h - keeps what the doctor tells, for its tests. Tests only.
 */
#ifndef GN_STORE_UPKEEP_FINDING_TEST_H
#define GN_STORE_UPKEEP_FINDING_TEST_H

#include "store/fixture_test.h"

#include "store/upkeep/finding.h"

enum { FINDINGS = 64 };

static struct {
    size_t count;
    struct {
        enum garner_grade grade;
        char topic[40];
        char value[410];
        char advice[200];
    } kept[FINDINGS];
} found;

static UNUSED void keep(void *context, const struct garner_finding *f)
{
    (void)context;
    assert_true(found.count < FINDINGS);
    found.kept[found.count].grade = f->grade;
    snprintf(found.kept[found.count].topic, 40, "%s", f->topic);
    snprintf(found.kept[found.count].value, 410, "%s", f->value);
    snprintf(found.kept[found.count++].advice, 200, "%s", f->advice);
}

static UNUSED void forget(void)
{
    found.count = 0;
}

/* Where topic is; fails if it is not. */
static UNUSED size_t place_of(const char *topic)
{
    for (size_t i = 0; i < found.count; i++)
        if (strcmp(found.kept[i].topic, topic) == 0)
            return i;
    fail_msg("nothing was told of %s", topic);
    return 0;
}

static UNUSED const char *value_of(const char *topic)
{
    return found.kept[place_of(topic)].value;
}

static UNUSED enum garner_grade grade_of(const char *topic)
{
    return found.kept[place_of(topic)].grade;
}

static UNUSED bool is_told(const char *topic)
{
    for (size_t i = 0; i < found.count; i++)
        if (strcmp(found.kept[i].topic, topic) == 0)
            return true;
    return false;
}

/* Anything but fine comes with advice. */
static UNUSED enum garner_grade worst(void)
{
    enum garner_grade grade = GARNER_FINE;

    for (size_t i = 0; i < found.count; i++) {
        if (found.kept[i].grade != GARNER_FINE)
            assert_true(found.kept[i].advice[0] != '\0');
        if (found.kept[i].grade > grade)
            grade = found.kept[i].grade;
    }
    return grade;
}

static UNUSED const struct gn_teller teller = {keep, NULL};

#endif
