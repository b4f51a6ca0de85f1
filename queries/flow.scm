; Where values go inside functions. Which of them can carry an address is told by their type: ten alternatives here
; would be ten states for each assignment.

; sock->ops = &inet_stream_ops;            net/ipv4/af_inet.c
; neigh->output = neigh->ops->output;      net/core/neighbour.c
; dst->input = dst->output = dst_discard;  net/core/dst.c
(assignment_expression
  left: (_) @assignment.target
  operator: "="
  right: (_) @assignment.value)

; return &inet6_stream_ops;
(return_statement (_) @return.value)

; struct sock *sk = sock->sk;              the types of receivers come from here
(compound_statement (declaration) @local) @scope
(for_statement initializer: (declaration) @local) @scope
; case labels may be followed by declarations in GNU C
(case_statement (declaration) @local) @scope
