{{/* Name in the label app.kubernetes.io/name. */}}
{{- define "connwatch.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Name of all objects: the release's name, plus the chart's name unless contained in it. Truncated, because it becomes a label. */}}
{{- define "connwatch.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "connwatch.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "connwatch.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{/* Labels that select the pods. They cannot change during the life of the release. */}}
{{- define "connwatch.selectorLabels" -}}
app.kubernetes.io/name: {{ include "connwatch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* The chart's own labels. */}}
{{- define "connwatch.ownLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "connwatch.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/component: agent
app.kubernetes.io/part-of: connwatch
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* Labels of an object, from (list . labels): the chart's own, commonLabels, and the object's, which override these. */}}
{{- define "connwatch.labels" -}}
{{- $root := index . 0 -}}
{{ include "connwatch.ownLabels" $root }}
{{- with merge dict (index . 1 | default dict) $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The chart's own annotations of pods. */}}
{{- define "connwatch.podAnnotations" -}}
# A changed setting restarts the pods, because the agent reads most settings at the start only.
checksum/config: {{ include "connwatch.config" . | sha256sum }}
{{- end -}}

{{- define "connwatch.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}
