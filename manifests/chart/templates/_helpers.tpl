{{/*
For pods of your own charts, which have this one as a dependency and its values under the key `drain-wait`:

  spec:
    terminationGracePeriodSeconds: {{ include "drain-wait.gracePeriodSeconds" . }}
    initContainers:                                          # containers, where sidecar.kind is classic
      {{- include "drain-wait.sidecar" . | nindent 6 }}      # first in the list: it ends after everything else
    containers:
      - name: app
        lifecycle:
          preStop:                                           # EVERY container that serves traffic
            {{- include "drain-wait.hook" . | nindent 12 }}
    volumes:
      {{- include "drain-wait.volume" . | nindent 6 }}

Where one chart has pods behind different load balancers give the values of the sidecar that differ for one of them, to each template:

  {{- $nlb := dict "Values" .Values "sidecar" (dict "loadBalancer" "nlb") }}
  {{- include "drain-wait.sidecar" $nlb | nindent 6 }}
*/}}

{{/* The values of this chart, as YAML: its own, or those that a chart has for it. */}}
{{- define "drain-wait.values" -}}
{{- $values := get .Values "drain-wait" | default .Values -}}
{{- $sidecar := mergeOverwrite (deepCopy $values.sidecar) (get . "sidecar" | default dict) -}}
{{- toYaml (dict "image" $values.image "sidecar" $sidecar) -}}
{{- end -}}

{{- define "drain-wait.image" -}}
{{ .repository }}:{{ .tag | default "0.1.0" }}
{{- end -}}

{{/* lag 20 + settle (ALB 20, NLB 120) + reserve 10 + 2, and a little more. */}}
{{- define "drain-wait.gracePeriodSeconds" -}}
{{- $sidecar := (include "drain-wait.values" . | fromYaml).sidecar -}}
{{ $sidecar.gracePeriodSeconds | default (eq $sidecar.loadBalancer "nlb" | ternary 160 60) }}
{{- end -}}

{{- define "drain-wait.port" -}}
{{- $sidecar := (include "drain-wait.values" . | fromYaml).sidecar -}}
{{ get $sidecar.settings "DRAIN_WAIT_PORT" | default "9787" }}
{{- end -}}

{{/* What goes below preStop. The port is a number: a name would be looked up in the container that has the hook. */}}
{{- define "drain-wait.hook" -}}
httpGet:
  path: /prestop
  port: {{ include "drain-wait.port" . }}
{{- end -}}

{{/* Its own token, so that it works with automountServiceAccountToken: false, and the application gets none by it. */}}
{{- define "drain-wait.volume" -}}
- name: drain-wait-token
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3600
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
{{- end -}}

{{/* Why each line is there: docs/install.md. */}}
{{- define "drain-wait.sidecar" -}}
{{- $values := include "drain-wait.values" . | fromYaml -}}
{{- $port := include "drain-wait.port" . -}}
- name: drain-wait
  image: {{ include "drain-wait.image" $values.image }}
  {{- if eq $values.sidecar.kind "native" }}
  restartPolicy: Always
  {{- end }}
  ports:
    - containerPort: {{ $port }}
  env:
    - name: DRAIN_WAIT_POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: DRAIN_WAIT_POD_NAMESPACE
      valueFrom:
        fieldRef:
          fieldPath: metadata.namespace
    - name: DRAIN_WAIT_POD_UID
      valueFrom:
        fieldRef:
          fieldPath: metadata.uid
    - name: DRAIN_WAIT_POD_IPS
      valueFrom:
        fieldRef:
          fieldPath: status.podIPs
    - name: DRAIN_WAIT_GRACE_PERIOD
      value: {{ include "drain-wait.gracePeriodSeconds" . }}s
    {{- range $name, $value := $values.sidecar.settings }}
    - name: {{ $name }}
      {{- if kindIs "map" $value }}
      valueFrom: {{- toYaml $value | nindent 8 }}
      {{- else }}
      value: {{ $value | quote }}
      {{- end }}
    {{- end }}
  startupProbe:
    httpGet:
      path: /readyz
      port: {{ $port }}
    periodSeconds: 1
    failureThreshold: 60
  readinessProbe:
    httpGet:
      path: /readyz
      port: {{ $port }}
  resources:
    requests:
      cpu: 10m
      memory: 64Mi
    limits:
      memory: 128Mi
  securityContext:
    runAsNonRoot: true
    readOnlyRootFilesystem: true
    allowPrivilegeEscalation: false
    capabilities:
      drop:
        - ALL
    seccompProfile:
      type: RuntimeDefault
  terminationMessagePolicy: FallbackToLogsOnError
  volumeMounts:
    - name: drain-wait-token
      mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      readOnly: true
{{- end -}}
