{{/* config.kubernetes, or nothing if it is off. */}}
{{- define "connwatch.kubernetes" -}}
{{- $mode := index .Values.config "kubernetes" | default "auto" -}}
{{- if ne $mode "off" -}}{{ $mode }}{{- end -}}
{{- end -}}

{{/* Objects of the cluster have no namespace: two releases must not share them. */}}
{{- define "connwatch.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "connwatch.fullname" .) -}}
{{- end -}}

{{/* Which node the agent is on. A variable would override a setting of the file. */}}
{{- define "connwatch.kubernetes.env" -}}
{{- if include "connwatch.kubernetes" . -}}
{{- if not (index .Values.config "node-name") }}
- name: CONNWATCH_NODE_NAME
  valueFrom: { fieldRef: { fieldPath: spec.nodeName } }
{{- end }}
{{- if not (index .Values.config "kubelet-address") }}
- name: CONNWATCH_KUBELET_ADDRESS
  valueFrom: { fieldRef: { fieldPath: status.hostIP } }
{{- end }}
{{- end -}}
{{- end -}}

{{/*
With a surge the new agent of a node is ready before the old one ends, so no connection is missed. With hostNetwork
both would need the same ports.
*/}}
{{- define "connwatch.updateStrategy" -}}
{{- $type := (.Values.updateStrategy).type | default "RollingUpdate" -}}
type: {{ $type }}
{{- if ne $type "OnDelete" }}
rollingUpdate:
{{- with include "connwatch.rollingUpdate" . | fromYaml }}
{{- toYaml . | nindent 2 }}
{{- else }}
{{- if .Values.hostNetwork }}
  maxUnavailable: 1
{{- else }}
  maxSurge: 1
  maxUnavailable: 0
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Kubernetes' default of maxUnavailable is 1, which it refuses beside a surge. */}}
{{- define "connwatch.rollingUpdate" -}}
{{- $given := (.Values.updateStrategy).rollingUpdate | default dict -}}
{{- $surge := not (has (toString ($given.maxSurge | default 0)) (list "0" "0%")) -}}
{{- if and $surge (not (hasKey $given "maxUnavailable")) -}}
{{- $given = merge (dict "maxUnavailable" 0) $given -}}
{{- end -}}
{{- toYaml $given -}}
{{- end -}}

{{- define "connwatch.check.kubernetes" -}}
{{- if and (include "connwatch.kubernetes" .) .Values.rbac.create (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.create is false and serviceAccount.name empty: the rights to read pods would go to the account default, which all pods of the namespace have; set serviceAccount.name, or rbac.create to false, or config.kubernetes to \"off\"" -}}
{{- end -}}
{{- end -}}
