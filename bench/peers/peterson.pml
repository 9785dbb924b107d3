/*
 * The twin of ../models/peterson.ts for Spin: the filter lock for NPROC
 * processes, one d_step for each access to shared memory. To enter level L a
 * process looks at the others in turn and passes k when level[k] < L or
 * last[L] is no longer itself; with -DSPLIT=1 it reads the two in two steps.
 */
#define TOP	(NPROC - 1)
#define LAST	(k == TOP || (k == TOP - 1 && _pid == TOP))

/* Spin lets no goto lead to a d_step itself. */
#define STEP(code)	if :: d_step { code } fi

/* What follows when k lets L pass: the next k, the next level, the inside. */
#define PASS(free) \
	:: d_step { free && !LAST -> k++; if :: k == _pid -> k++ :: else fi }; goto look \
	:: d_step { free && LAST && L < TOP -> k = 0; L++ }; goto rise \
	:: d_step { free && LAST && L == TOP -> k = 0; inside++; assert(inside == 1) }; goto critical

byte level[NPROC];
byte last[NPROC];
byte inside;

active [NPROC] proctype P()
{
	byte L, k;

outside:
	STEP(L = 1; level[_pid] = 1);
enter:
	STEP(last[L] = _pid; k = 0; if :: k == _pid -> k++ :: else fi);
look:
	if
#if SPLIT
	PASS(level[k] < L)
	:: d_step { level[k] >= L -> skip }
	fi;
	if
	PASS(last[L] != _pid)
	:: d_step { last[L] == _pid -> skip }; goto look
	fi;
#else
	PASS((level[k] < L || last[L] != _pid))
	fi;
#endif
rise:
	STEP(level[_pid] = L); goto enter;
critical:
	STEP(inside--; L = 0; level[_pid] = 0); goto outside
}
