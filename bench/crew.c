#include "crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"

struct crew {
    /* constant while it runs */
    crew_work *work;
    uint64_t rows_each;      /* 0: until stop */
    pthread_barrier_t ready; /* the hands, and who runs them */

    /* any thread */
    atomic_bool stop;
};

struct outcome {
    uint64_t rows, late, failed, least, most;
    struct gn_histogram wait;
};

void crew_ready(struct hand *hand)
{
    pthread_barrier_wait(&hand->crew->ready);
}

bool crew_go_on(const struct hand *hand)
{
    const struct crew *crew = hand->crew;

    return crew->rows_each > 0
               ? hand->rows < crew->rows_each
               : !atomic_load_explicit(&crew->stop, memory_order_relaxed);
}

void crew_done(struct hand *hand, uint64_t rows, int64_t started_ns)
{
    if (crew_go_on(hand)) {
        hand->rows += rows;
        gn_histogram_add(&hand->wait, gn_clock_monotonic_ns() - started_ns);
    } else {
        hand->late += rows;
    }
}

static void *start(void *arg)
{
    struct hand *hand = arg;

    hand->crew->work(hand);
    return NULL;
}

static double processor_seconds(void)
{
    struct rusage use;

    if (getrusage(RUSAGE_SELF, &use) != 0)
        die("getrusage", "failed");
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void sleep_for(double seconds)
{
    struct timespec time = {(time_t)seconds,
                            (long)((seconds - (double)(time_t)seconds) * 1e9)};

    if (seconds <= 0)
        return;
    while (nanosleep(&time, &time) != 0)
        ;
}

static void sum(struct outcome *all, const struct hand *hand)
{
    all->rows += hand->rows;
    all->late += hand->late;
    all->failed += hand->failed;
    all->least = hand->rows < all->least ? hand->rows : all->least;
    all->most = hand->rows > all->most ? hand->rows : all->most;
    all->wait.count += hand->wait.count;
    all->wait.sum += hand->wait.sum;
    if (hand->wait.max > all->wait.max)
        all->wait.max = hand->wait.max;
    for (unsigned i = 0; i < GN_HISTOGRAM_BUCKETS; i++)
        all->wait.buckets[i] += hand->wait.buckets[i];
}

static void report(const struct outcome *all, double seconds, double processor)
{
    printf("{\"rows\":%llu,\"seconds\":%.4f,\"rate\":%.1f,\"late\":%llu,"
           "\"failed\":%llu,\"least\":%llu,\"most\":%llu,\"p50_us\":%.1f,"
           "\"p99_us\":%.1f,\"max_us\":%.1f,\"processor_s\":%.3f",
           (unsigned long long)all->rows, seconds, (double)all->rows / seconds,
           (unsigned long long)all->late, (unsigned long long)all->failed,
           (unsigned long long)all->least, (unsigned long long)all->most,
           (double)gn_histogram_quantile(&all->wait, 0.5) / 1e3,
           (double)gn_histogram_quantile(&all->wait, 0.99) / 1e3,
           (double)all->wait.max / 1e3, processor);
}

static void hire(struct crew *crew, struct hand *hands, unsigned count,
                 void *context)
{
    for (unsigned i = 0; i < count; i++) {
        hands[i].crew = crew;
        hands[i].context = context;
        hands[i].index = i;
        if (pthread_create(&hands[i].thread, NULL, start, &hands[i]) != 0)
            die("crew", "cannot start that many threads");
    }
}

static void gather(struct outcome *all, struct hand *hands, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (pthread_join(hands[i].thread, NULL) != 0)
            die("crew", "cannot join a thread");
        sum(all, &hands[i]);
    }
}

uint64_t crew_run(const struct plan *plan, crew_work *work, void *context,
                  const struct crew_end *end)
{
    struct crew crew = {.work = work, .rows_each = plan->rows_each};
    struct hand *hands = calloc(plan->threads, sizeof *hands);
    struct outcome all = {.least = UINT64_MAX};
    double processor;
    int64_t began, ended;

    if (hands == NULL ||
        pthread_barrier_init(&crew.ready, NULL, plan->threads + 1) != 0)
        die("crew", "out of memory");
    hire(&crew, hands, plan->threads, context);
    if (plan->join_ns > 0)
        sleep_for((double)(plan->join_ns - gn_clock_monotonic_ns()) / 1e9);
    processor = processor_seconds();
    pthread_barrier_wait(&crew.ready);
    began = gn_clock_monotonic_ns();
    if (plan->rows_each == 0)
        sleep_for(plan->seconds);
    atomic_store(&crew.stop, true);
    ended = gn_clock_monotonic_ns();
    gather(&all, hands, plan->threads);
    if (end->finish != NULL)
        end->finish(context);
    if (plan->rows_each > 0 || end->finish != NULL)
        ended = gn_clock_monotonic_ns();
    report(&all, (double)(ended - began) / 1e9,
           processor_seconds() - processor);
    if (end->extra != NULL)
        end->extra(context);
    puts("}");
    pthread_barrier_destroy(&crew.ready);
    free(hands);
    return all.rows + all.late;
}
