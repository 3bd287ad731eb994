/**
 * Threads that wait for parallel loops, as C text. A job is a range that is handed out in stretches, so that a thread which the system
 * interrupts holds up nobody. Waiting threads spin for some ten microseconds and then sleep.
 */

/**
 * `pool_parallel(run, context, n, grain)` calls `run(context, begin, end, worker)` for stretches of at least `grain` that cover 0 to n;
 * `worker` is less than `pool_workers()`, and two calls at a time never have the same. One job runs at a time: a second caller, from another thread of
 * JavaScript, does its work alone.
 */
export function poolText(): string {
  return POOL;
}

const POOL = `
typedef void run_range(const void *context, long long begin, long long end, int worker);
int pthread_create(void *thread, const void *attributes, void *(*start)(void *), void *argument);
int pthread_mutex_init(void *, const void *);
int pthread_mutex_lock(void *);
int pthread_mutex_unlock(void *);
int pthread_cond_init(void *, const void *);
int pthread_cond_wait(void *, void *);
int pthread_cond_broadcast(void *);
int pthread_sigmask(int, const void *, void *);
int sigfillset(void *);
int sched_yield(void);
int getpid(void);

enum { MOST_WORKERS = 256, SPINS = 4000 };
/* Larger than a mutex or a condition of any system. */
union system_object { char bytes[256]; long long align; };
static struct {
  union system_object mutex, condition;
  int is_ready, workers, working, process;
  int is_taken, is_open, inside, sleeping;
  unsigned generation;
  run_range *run;
  const void *context;
  long long n, stretch, next;
} pool;

#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("yield")
#else
#define PAUSE() ((void)0)
#endif
#define GET(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define SET(x, v) __atomic_store_n(&(x), v, __ATOMIC_SEQ_CST)
#define ADD(x, v) __atomic_fetch_add(&(x), v, __ATOMIC_SEQ_CST)

static void pool_work(int worker) {
  for (;;) {
    const long long begin = ADD(pool.next, pool.stretch);
    if (begin >= pool.n) return;
    const long long end = begin + pool.stretch;
    pool.run(pool.context, begin, end < pool.n ? end : pool.n, worker);
  }
}

static void *pool_thread(void *argument) {
  const int worker = (int)(long long)argument;
  unsigned seen = 0;
  for (;;) {
    int spins = 0;
    while (GET(pool.generation) == seen) {
      PAUSE();
      if (++spins < SPINS) continue;
      pthread_mutex_lock(&pool.mutex);
      ADD(pool.sleeping, 1);
      while (GET(pool.generation) == seen) pthread_cond_wait(&pool.condition, &pool.mutex);
      ADD(pool.sleeping, -1);
      pthread_mutex_unlock(&pool.mutex);
    }
    seen = GET(pool.generation);
    /* Who is late finds the job closed and touches nothing of it. */
    ADD(pool.inside, 1);
    if (GET(pool.is_open) && worker < GET(pool.working)) pool_work(worker);
    ADD(pool.inside, -1);
  }
  return 0;
}

/* How many workers the program that runs on this thread may have; 0 on threads of the pool, which call nobody. */
static __thread int allowed;
static void pool_enter(int workers) { allowed = workers; }

static int pool_workers(void) {
  const int workers = pool.workers < allowed ? pool.workers : allowed;
  /* Threads do not survive a fork: the child works alone. */
  return workers > 1 && pool.process == getpid() ? workers : 1;
}

static void pool_parallel(run_range *run, const void *context, long long n, long long grain) {
  if (n <= 0) return;
  const int workers = pool_workers();
  if (workers == 1 || n <= grain || __atomic_exchange_n(&pool.is_taken, 1, __ATOMIC_SEQ_CST)) {
    run(context, 0, n, 0);
    return;
  }
  const long long share = (n + workers * 4 - 1) / (workers * 4);
  SET(pool.working, workers);
  pool.run = run;
  pool.context = context;
  pool.n = n;
  pool.stretch = share < grain ? grain : share;
  SET(pool.next, 0);
  SET(pool.is_open, 1);
  ADD(pool.generation, 1);
  if (GET(pool.sleeping) > 0) {
    pthread_mutex_lock(&pool.mutex);
    pthread_cond_broadcast(&pool.condition);
    pthread_mutex_unlock(&pool.mutex);
  }
  pool_work(0);
  SET(pool.is_open, 0);
  for (int spins = 0; GET(pool.inside) > 0; spins++) {
    if (spins < SPINS) PAUSE();
    else sched_yield();
  }
  SET(pool.is_taken, 0);
}

/* Makes sure of so many threads, the caller's among them, as far as the system gives them. */
void theano_threads(int wanted) {
  static int lock, started = 1;
  while (__atomic_exchange_n(&lock, 1, __ATOMIC_SEQ_CST)) sched_yield();
  if (wanted > MOST_WORKERS) wanted = MOST_WORKERS;
  if (!pool.is_ready) {
    pthread_mutex_init(&pool.mutex, 0);
    pthread_cond_init(&pool.condition, 0);
    pool.process = getpid();
    pool.is_ready = 1;
  }
  /* Signals go to the threads of the host. */
  union system_object all, before;
  sigfillset(&all);
  pthread_sigmask(SIGNALS_SET, &all, &before);
  while (started < wanted) {
    union system_object thread;
    if (pthread_create(&thread, 0, pool_thread, (void *)(long long)started) != 0) break;
    started++;
  }
  pthread_sigmask(SIGNALS_SET, &before, 0);
  SET(pool.workers, started);
  __atomic_store_n(&lock, 0, __ATOMIC_SEQ_CST);
}
`.replace(
  "enum { MOST_WORKERS",
  `/* SIG_SETMASK */
#if defined(__APPLE__) || defined(__FreeBSD__)
enum { SIGNALS_SET = 3 };
#else
enum { SIGNALS_SET = 2 };
#endif
enum { MOST_WORKERS`,
);
